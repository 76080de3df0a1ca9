# SPDX-License-Identifier: MIT
# An error answer of Stripe's API: thrown by the calls, rendered by the API controller.
package Gatehouse::Sandbox::Stripe::Error;
use Mojo::Base -base, -signatures;

# status  HTTP status
# begun   true when the call had begun to act, so that Stripe keeps the answer for
#         the idempotency key (docs.stripe.com/api/idempotent_requests)
has status => 400;
has begun  => 0;
has type   => 'invalid_request_error';
has [qw(code param message)];

# throw(name => value, …): dies with a new error.
sub throw ($class, @fields) { die $class->new(@fields) }

# missing(what, id, param, status): "No such price: 'x'"; 404 in an address, 400 in a parameter.
sub missing ($class, $what, $id, $param, $status = 400) {
	$class->throw(status => $status, code => 'resource_missing', param => $param,
		message => "No such $what: '$id'");
}

# body: the JSON that Stripe would answer.
sub body ($self) {
	my %error = (type => $self->type, message => $self->message);
	$error{param} = $self->param if defined $self->param;
	if (my $code = $self->code) {
		$error{code}    = $code;
		$error{doc_url} = 'https://stripe.com/docs/error-codes/' . ($code =~ tr/_/-/r);
	}
	return {error => \%error};
}

1;
