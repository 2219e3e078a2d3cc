/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/channel.h"

enum err
channel_transmit(const struct channel *channel, struct cursor command, struct writer *answer,
    struct err_trace *trace)
{
	if (channel->ops == NULL)
		return FAIL(trace, ERR_INTERNAL, "the card's channel is closed");
	return channel->ops->transmit(channel->context, command, answer, trace);
}

enum err
channel_control(const struct channel *channel, uint32_t code, struct cursor in, struct writer *out,
    struct err_trace *trace)
{
	if (channel->ops == NULL)
		return FAIL(trace, ERR_INTERNAL, "the card's channel is closed");
	if (channel->ops->control == NULL)
		return FAIL(trace, ERR_UNSUPPORTED, "there is no reader that could be asked");
	return channel->ops->control(channel->context, code, in, out, trace);
}

void
channel_close(struct channel *channel)
{
	if (channel->ops != NULL)
		channel->ops->close(channel->context);
	*channel = (struct channel){ 0 };
}
