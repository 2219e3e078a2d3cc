/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/yaml.h"

#include <string.h>

#include <yaml.h>

#include "ceremony/plain_text.h"

enum { LEVELS_MAX = 64, MEMBERS_MAX = 4096, NODES_MAX = 65536 };

struct reading {
	const struct yaml_input *input;
	struct arena *arena;
	struct err_trace *trace;
	yaml_parser_t parser;
	struct yaml_node *open[LEVELS_MAX];
	size_t levels;
	size_t nodes;
	struct yaml_node *root;
	const char *name; /* read, and its value not yet */
	struct yaml_place name_place;
	unsigned documents;
	bool ended;
};

static struct yaml_place
place_of(const yaml_mark_t *mark)
{
	return (struct yaml_place){ (unsigned)mark->line + 1, (unsigned)mark->column + 1 };
}

static enum err
refuse(struct reading *reading, struct yaml_place place, const char *what)
{
	return FAIL(reading->trace, ERR_FORMAT, "%s:%u:%u: %s", reading->input->file, place.line,
	    place.column, what);
}

/* What libyaml could not read. Its marks are missing where single bytes were wrong. */
static enum err
refuse_syntax(struct reading *reading)
{
	const yaml_parser_t *parser = &reading->parser;
	struct yaml_place place = place_of(&parser->problem_mark);

	if (parser->error == YAML_MEMORY_ERROR)
		return FAIL(reading->trace, ERR_NOMEM, "no memory");
	if (parser->error == YAML_READER_ERROR)
		place = plain_text_place(
		    reading->input->bytes, reading->input->len, parser->problem_offset);
	err_next(reading->trace, "Mend the file there: it is not YAML.");
	if (parser->context == NULL)
		return refuse(
		    reading, place, parser->problem == NULL ? "this is not YAML" : parser->problem);
	return FAIL(reading->trace, ERR_FORMAT, "%s:%u:%u: %s, %s", reading->input->file,
	    place.line, place.column, parser->problem, parser->context);
}

/* Puts a node into the collection that is open, or makes it the root. */
static enum err
attach(struct reading *reading, struct yaml_node *node)
{
	struct yaml_node *parent = reading->levels == 0 ? NULL : reading->open[reading->levels - 1];

	if (parent == NULL) {
		reading->root = node;
		return ERR_OK;
	}
	if (parent->count == MEMBERS_MAX)
		return refuse(reading, node->place, "there are more than 4096 members here");
	node->name = reading->name;
	node->name_place = reading->name_place;
	reading->name = NULL;
	if (parent->last == NULL)
		parent->first = node;
	else
		parent->last->next = node;
	parent->last = node;
	parent->count++;
	return ERR_OK;
}

static bool
wants_key(const struct reading *reading)
{
	return reading->levels > 0 && reading->open[reading->levels - 1]->kind == YAML_MAP &&
	       reading->name == NULL;
}

static enum err
take_key(struct reading *reading, const char *text, struct yaml_place place)
{
	const struct yaml_node *map = reading->open[reading->levels - 1];

	for (const struct yaml_node *node = map->first; node != NULL; node = node->next)
		if (strcmp(node->name, text) == 0)
			return FAIL(reading->trace, ERR_FORMAT,
			    "%s:%u:%u: '%.40s' was given before, in line %u", reading->input->file,
			    place.line, place.column, text, node->name_place.line);
	reading->name = text;
	reading->name_place = place;
	return ERR_OK;
}

static enum err
new_node(
    struct reading *reading, enum yaml_kind kind, const yaml_event_t *event, struct yaml_node **out)
{
	struct yaml_node *node;

	if (reading->nodes++ == NODES_MAX)
		return refuse(reading, place_of(&event->start_mark), "the file has too many parts");
	node = arena_take(reading->arena, sizeof(*node));
	if (node == NULL)
		return FAIL(reading->trace, ERR_NOMEM, "no memory");
	node->kind = kind;
	node->place = place_of(&event->start_mark);
	*out = node;
	return ERR_OK;
}

static enum err
take_scalar(struct reading *reading, const yaml_event_t *event)
{
	const char *bytes = (const char *)event->data.scalar.value;
	const size_t len = event->data.scalar.length;
	const struct yaml_place place = place_of(&event->start_mark);
	struct plain_text_fault fault;
	struct yaml_node *node = NULL;
	enum err err;

	/* An escape can write what the bytes of the file must not be. */
	if (!plain_text_check(bytes, len, &fault))
		return refuse(reading, place, fault.what);
	char *text = arena_text(reading->arena, bytes, len);

	if (text == NULL)
		return FAIL(reading->trace, ERR_NOMEM, "no memory");
	if (wants_key(reading))
		return take_key(reading, text, place);
	err = new_node(reading, YAML_TEXT, event, &node);
	if (err != ERR_OK)
		return err;
	node->text = text;
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return attach(reading, node);
}

static enum err
open_collection(struct reading *reading, enum yaml_kind kind, const yaml_event_t *event)
{
	struct yaml_node *node = NULL;
	enum err err;

	if (wants_key(reading))
		return refuse(reading, place_of(&event->start_mark),
		    "a key must be a text, not a collection");
	if (reading->levels == LEVELS_MAX)
		return refuse(reading, place_of(&event->start_mark),
		    "this is nested more than 64 levels deep");
	err = new_node(reading, kind, event, &node);
	if (err == ERR_OK)
		err = attach(reading, node);
	if (err == ERR_OK)
		reading->open[reading->levels++] = node;
	return err;
}

/* An anchor or a tag, with which a text may be other than it reads. */
static enum err
refuse_decoration(struct reading *reading, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor != NULL)
		return refuse(reading, place_of(&event->start_mark),
		    "anchors (&name) are not allowed: write the text again");
	if (tag != NULL)
		return refuse(
		    reading, place_of(&event->start_mark), "tags (!name) are not allowed");
	return ERR_OK;
}

static enum err
take_document(struct reading *reading, const yaml_event_t *event)
{
	const struct yaml_place place = place_of(&event->start_mark);

	if (reading->documents++ > 0)
		return refuse(reading, place, "a second document begins here; a file has one");
	if (event->data.document_start.version_directive != NULL ||
	    event->data.document_start.tag_directives.start !=
		event->data.document_start.tag_directives.end)
		return refuse(reading, place, "directives (%YAML, %TAG) are not allowed");
	return ERR_OK;
}

static enum err
take_event(struct reading *reading, const yaml_event_t *event)
{
	const enum err err = refuse_decoration(reading, event);

	if (err != ERR_OK)
		return err;
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return take_document(reading, event);
	case YAML_ALIAS_EVENT:
		return refuse(reading, place_of(&event->start_mark),
		    "aliases (*name) are not allowed: write the text again");
	case YAML_SCALAR_EVENT:
		return take_scalar(reading, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(reading, YAML_LIST, event);
	case YAML_MAPPING_START_EVENT:
		return open_collection(reading, YAML_MAP, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		reading->levels--;
		return ERR_OK;
	case YAML_STREAM_END_EVENT:
		reading->ended = true;
		return ERR_OK;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return ERR_OK;
	}
	return FAIL(reading->trace, ERR_INTERNAL, "libyaml reports something unknown");
}

static enum err
read_events(struct reading *reading)
{
	enum err err = ERR_OK;

	while (err == ERR_OK && !reading->ended) {
		yaml_event_t event;

		if (yaml_parser_parse(&reading->parser, &event) == 0)
			return refuse_syntax(reading);
		err = take_event(reading, &event);
		yaml_event_delete(&event);
	}
	return err;
}

static enum err
check_bytes(const struct yaml_input *input, struct err_trace *trace)
{
	struct plain_text_fault fault;

	if (input->len > YAML_MAX)
		return FAIL(trace, ERR_FORMAT, "%s: larger than 1 MiB", input->file);
	if (plain_text_check(input->bytes, input->len, &fault))
		return ERR_OK;
	const struct yaml_place place = plain_text_place(input->bytes, input->len, fault.offset);

	return FAIL(
	    trace, ERR_FORMAT, "%s:%u:%u: %s", input->file, place.line, place.column, fault.what);
}

enum err
yaml_read(const struct yaml_input *input, struct arena *arena, struct yaml_node **out,
    struct err_trace *trace)
{
	struct reading reading = { .input = input, .arena = arena, .trace = trace };
	enum err err = check_bytes(input, trace);

	if (err != ERR_OK)
		return err;
	if (yaml_parser_initialize(&reading.parser) == 0)
		return FAIL(trace, ERR_NOMEM, "no memory");
	yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &reading.parser, (const unsigned char *)input->bytes, input->len);
	err = read_events(&reading);
	yaml_parser_delete(&reading.parser);
	if (err == ERR_OK && reading.root == NULL)
		err = FAIL(trace, ERR_FORMAT, "%s:1:1: the file is empty", input->file);
	if (err == ERR_OK)
		*out = reading.root;
	return err;
}
