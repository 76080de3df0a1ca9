# SPDX-License-Identifier: MIT
# The pages on which one is a person at Telegram: who there is, and a chat with the bot.
package Gatehouse::Sandbox::Controller::Chat;
use Mojo::Base 'Mojolicious::Controller', -signatures;
use Gatehouse::Sandbox::Telegram::Control qw(control);
use Mojo::IOLoop;
use Mojo::Util qw(url_escape);
use Scalar::Util qw(blessed);
use Time::HiRes qw(time);

# After a message the page waits so long for the bot's answer, in seconds, looking so often.
use constant ANSWER_WAIT => 2;
use constant LOOK_AGAIN  => 0.03;

# people: GET /sandbox/telegram
sub people ($self) {
	my $tg = $self->telegram;
	$self->render('telegram/people', people => [$tg->people], groups => [$tg->store->list('tg_group')], hook => $tg->webhook->info,
		bot => $tg->bot, wrong => $self->param('wrong'));
}

# chat: GET /sandbox/telegram/chat/ID?as=PERSON
sub chat ($self) {
	my $tg     = $self->telegram;
	my $id     = $self->stash('chat');
	my $chat   = $tg->chat($id) or return $self->reply->not_found;
	my @here   = $self->here($id);
	my $as     = $tg->store->get(tg_person => $self->param('as') // $here[0]) or return $self->reply->not_found;
	my %alerts = map { $_->{id} => $_->{text} } grep { defined $_->{text} } $tg->store->list('tg_query');
	$self->render('telegram/chat', chat => $chat, as => $as, here => [map { $tg->person($_) } @here], bot => $tg->bot,
		messages => [$tg->messages($id)], alerts => \%alerts, start => $self->param('start'), wrong => $self->param('wrong'));
}

# here(chat id): numbers of the people in a chat.
sub here ($self, $id) {
	my $group = $self->telegram->store->get(tg_group => $id);
	return $group ? @{$group->{_people}} : $id;
}

# link: GET /sandbox/telegram/t.me/BOT?start=PAYLOAD, what a link to the bot opens.
sub link ($self) {
	$self->render('telegram/link', people => [$self->telegram->people], bot => $self->telegram->bot, start => $self->param('start') // '');
}

# act: POST /sandbox/telegram, an action of Telegram::Control as a form; back to the chat.
sub act ($self) {
	my %given = map { length($self->param($_) // '') ? ($_ => $self->param($_)) : () } @{$self->req->body_params->names};
	$given{people} = $self->every_param('people') if $given{people};
	my $chat = $given{chat} // $given{person};
	my $from = time;
	my $known = defined $chat ? () = $self->telegram->messages($chat) : 0;
	my $fault;
	if (!eval { control($self->telegram, {%given}); 1 }) {
		die $@ if !blessed $@ || !$@->can('message');
		$fault = $@->message;
	}
	my $back = !defined $chat || $given{action} =~ /^(?:person|group)$/ ? '/sandbox/telegram?' : "/sandbox/telegram/chat/$chat?as=$given{person}";
	return $self->back($back . (defined $fault ? '&wrong=' . url_escape($fault) : '')) if defined $fault || $given{action} !~ /^(?:say|tap)$/;
	$self->back_soon("$back#end", $chat, $known + ($given{action} eq 'say'), $from + ANSWER_WAIT);
}

sub back ($self, $where) {
	$self->res->code(303);
	$self->redirect_to($where);
}

# Back when the bot has answered, or at the end of the wait.
sub back_soon ($self, $where, $chat, $known, $end) {
	my $look;
	$self->render_later;
	$look = sub ($loop) {
		my $count = () = $self->telegram->messages($chat);
		return Mojo::IOLoop->timer(LOOK_AGAIN, $look) if $count <= $known && time < $end;
		undef $look;
		$self->back($where);
	};
	$look->(undef);
}

1;
