# SPDX-License-Identifier: MIT
package Gatehouse::Sink;

# The far side of the outbox: an HTTP server inside the test that keeps what it is
# sent and answers as told.  It only serves while the test waits by its methods.

use Mojo::Base -base, -signatures;

use Mojo::IOLoop;
use Mojo::Server::Daemon;
use Mojolicious;
use Time::HiRes 'time';

# got: the requests (Mojo::Message::Request) in order.  answer: a function that is
# given the controller and answers; the default answers 200.
has got    => sub { [] };
has answer => sub { \&fine };
has 'port';

# Starts one; %o are attributes.
sub start ($class, %o) {
	my $self = $class->new(%o);
	my $app  = Mojolicious->new(secrets => ['x'], max_request_size => 0);
	$app->log->level('fatal');
	$app->routes->any('/*anything' => { anything => '' } => sub ($c) {
		push @{ $self->got }, $c->req->clone;
		$self->answer->($c);
	});
	$self->{app} = $app;
	return $self->up;
}

# Listens, on the port it had before if it was down.
sub up ($self) {
	$self->{server} = Mojo::Server::Daemon->new(app => $self->{app}, silent => 1, max_clients => 1000, backlog => 1000,
		inactivity_timeout => 60, listen => ['http://127.0.0.1' . ($self->port ? ':' . $self->port : '')])->start;
	return $self->port($self->{server}->ports->[0]);
}

# Refuses connections from now on, and cuts those that stand.  The processes that
# keep a site have the socket, too, so it is not enough to close ours.
sub down ($self) {
	Mojo::IOLoop->acceptor($_)->handle->shutdown(2) for @{ $self->{server}->acceptors };
	delete $self->{server};
}

# The address of a path on it.
sub url ($self, $path = '/hook') { 'http://127.0.0.1:' . $self->port . $path }

# Serves until the function says true, at most $deadline seconds; returns that
# value, or the last false one.
sub until ($self, $what, $deadline = 15) {
	my $end   = time + $deadline;
	my $timer = Mojo::IOLoop->recurring(0.02 => sub { });
	my $value;
	Mojo::IOLoop->one_tick until $value = $what->() or time > $end;
	Mojo::IOLoop->remove($timer);
	return $value;
}

# Takes what it was sent so far.
sub take ($self) { splice @{ $self->got } }

# An answer that says all is well.
sub fine ($c) { $c->render(json => { ok => \1, result => {} }) }

# An answer of that status; with JSON and headers when given.
sub says ($status, $json = {}, %headers) {
	return sub ($c) {
		$c->res->headers->header($_ => $headers{$_}) for keys %headers;
		$c->render(status => $status, json => $json);
	};
}

# Answers by that function once, then as before.
sub once ($self, $answer) {
	my $then = $self->answer;
	return $self->answer(sub ($c) { $self->answer($then); $answer->($c) });
}

1;
