# SPDX-License-Identifier: MIT
# An error answer of the Bot API: {"ok":false,"error_code","description","parameters"}
# (core.telegram.org/bots/api#making-requests).
package Gatehouse::Sandbox::Telegram::Error;
use Mojo::Base -base, -signatures;
use Mojo::JSON qw(false);

has code => 400;
has [qw(message parameters)];

# What stands before the text, by code.
my %HEAD = (400 => 'Bad Request: ', 403 => 'Forbidden: ', 409 => 'Conflict: ', 429 => 'Too Many Requests: ');

# throw(text, code, parameters): dies with a new error; the text without its head.
sub throw ($class, $text, $code = 400, $parameters = undef) {
	die $class->new(message => ($HEAD{$code} // '') . $text, code => $code, parameters => $parameters);
}

# wait(seconds): the error of a caller who is too fast.
sub wait ($class, $seconds) { $class->throw("retry after $seconds", 429, {retry_after => $seconds}) }

sub status ($self) { $self->code }

sub body ($self) {
	return {ok => false, error_code => $self->code, description => $self->message,
		$self->parameters ? (parameters => $self->parameters) : ()};
}

1;
