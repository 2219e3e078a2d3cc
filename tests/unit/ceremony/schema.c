/* SPDX-License-Identifier: BSD-2-Clause */
/* The schemas and pages of docs/formats against the tables that reading follows. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "ceremony/script_fields.h"

/* The schema of one item: of a list, of a mapping's values, or itself. */
static const json_t *
inner(const json_t *schema)
{
	const json_t *items = json_object_get(schema, "items");
	const json_t *others = json_object_get(schema, "additionalProperties");

	return items != NULL ? items : json_is_object(others) ? others : schema;
}

static bool
has_text(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
			return true;
	return false;
}

static void
check_words(const struct field_row *row, const json_t *property)
{
	const json_t *words = json_object_get(property, "enum");
	size_t count = 0;

	for (; row->words[count] != NULL; count++)
		if (!has_text(words, row->words[count]))
			fail_msg("the schema's '%s' cannot be '%s'", row->name, row->words[count]);
	assert_int_equal(json_array_size(words), count);
}

static void
check_number(const struct field_row *row, const json_t *property)
{
	if (json_object_get(property, "const") != NULL)
		return;
	assert_int_equal(json_integer_value(json_object_get(property, "minimum")), (int)row->least);
	assert_int_equal(json_integer_value(json_object_get(property, "maximum")), (int)row->most);
}

/* Each row is a property, with its words, bounds and being required; and no other property is. */
static void
check_table(const struct field_table *table, const json_t *schema)
{
	const json_t *properties = json_object_get(schema, "properties");
	const json_t *required = json_object_get(schema, "required");
	size_t rows = 0, needed = 0;

	for (const struct field_row *row = table->rows; row->name != NULL; row++, rows++) {
		const json_t *property = json_object_get(properties, row->name);

		if (property == NULL)
			fail_msg("the schema of %s has no '%s'", table->what, row->name);
		if (has_text(required, row->name) != row->required)
			fail_msg("'%s' of %s: needed or not?", row->name, table->what);
		needed += row->required;
		if (row->words != NULL)
			check_words(row, property);
		if (row->kind == FIELD_NUMBER)
			check_number(row, property);
		if (row->table != NULL && strcmp(row->name, "people") != 0)
			check_table(row->table, inner(property));
	}
	assert_int_equal(json_object_size(properties), rows);
	assert_int_equal(json_array_size(required), needed);
	assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
}

static void
check_schema(const struct field_table *table, const char *path)
{
	json_error_t error;
	json_t *schema = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	assert_non_null(schema);
	check_table(table, schema);
	json_decref(schema);
}

static void
the_schemas_have_the_rows_of_the_tables(void **state)
{
	(void)state;
	check_schema(&script_fields, TREE "/docs/formats/ceremony-script.schema.json");
	check_schema(&sheet_fields, TREE "/docs/formats/ceremony-sheet.schema.json");
}

/* Every key of the table and of those inside it is a word of the page. */
static void
check_page(const struct field_table *table, const char *page)
{
	for (const struct field_row *row = table->rows; row->name != NULL; row++) {
		if (strstr(page, row->name) == NULL)
			fail_msg("the page does not speak of '%s' of %s", row->name, table->what);
		if (row->table != NULL)
			check_page(row->table, page);
	}
}

static void
the_pages_speak_of_every_key(void **state)
{
	static const struct {
		const struct field_table *table;
		const char *path;
	} pages[] = {
		{ &script_fields, TREE "/docs/formats/ceremony-script.md" },
		{ &sheet_fields, TREE "/docs/formats/ceremony-sheet.md" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		struct err_trace trace = { 0 };
		char *page = NULL;
		size_t len = 0;

		assert_ok(file_read(pages[i].path, 1 << 20, &page, &len, &trace), &trace);
		check_page(pages[i].table, page);
		free(page);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schemas_have_the_rows_of_the_tables),
		cmocka_unit_test(the_pages_speak_of_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
