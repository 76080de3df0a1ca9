# SPDX-License-Identifier: MIT
# 64 buyers ask at once for 50 invites: 50 different codes, 14 owed; when stock
# arrives the 14 are served in the order in which they asked.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Stripe qw(event price session);
use Mojo::IOLoop;
use Mojo::Promise;
use List::Util qw(shuffle uniq);

my $path = '/functions/v1/get-discord-invite';

# The statement as operators have it.
sub stock ($site, @codes) {
	my $values = join ', ', map { "('$_', 'https://discord.gg/$_')" } @codes;
	my ($status, $out) = $site->psql("INSERT INTO invites_pool (code, invite_url) VALUES $values");
	is $status, 0, 'stock is inserted' or diag $out;
}

# Session ids of that many people who have paid.
sub buyers ($site, $n) {
	my @sessions = map { "cs_test_buyer$_" } 1 .. $n;
	$site->stripe_event('price.created', price('price_seat'));
	my @answers = $site->together(map { [$site->signed_event(event('checkout.session.completed',
		session($_, customer => "cus_$_", metadata => { price_id => 'price_seat' })))] } @sessions);
	is scalar(grep { $_ && $_->code == 200 } @answers), $n, "$n have paid";
	return @sessions;
}

sub ask ($site, @sessions) {
	return $site->together(map { [$site->json_request($path, { session_id => $_ })] } @sessions);
}

sub code_of ($site, $session) {
	return $site->value('select i.code from orders o join seats s on s.order_id = o.id join invites_pool i on i.id = s.invite_id
		where o.session_id = ?', $session);
}

subtest '64 at once for 50' => sub {
	my $site = Gatehouse->site(handlers => [qw(get-discord-invite stripe-webhook)]);
	stock($site, map { sprintf 'first%02d', $_ } 1 .. 50);
	my @sessions = buyers($site, 64);
	my @answers  = ask($site, shuffle @sessions);
	my @codes = map { $_->json->{data}{code} } grep { $_->code == 200 } @answers;
	is @codes, 50, '50 get an invite';
	is scalar(uniq @codes), 50, '50 different ones';
	is scalar(grep { $_->code == 202 && $_->json->{state} eq 'owed' } @answers), 14, '14 are owed';
	my @line = map { $_->{session_id} } $site->sql('select session_id from seats s join orders o on o.id = s.order_id
		where state = ? order by asked_at, s.id', 'owed');
	is @line, 14, '14 stand in line';
	ask($site, shuffle @line);
	is_deeply [map { $_->{session_id} } $site->sql('select session_id from seats s join orders o on o.id = s.order_id
		where state = ? order by asked_at, s.id', 'owed')], \@line, 'asking again does not move anybody';
	stock($site, map { sprintf 'second%02d', $_ } 1 .. 5);
	is_deeply [map { code_of($site, $_) } @line[0 .. 4]], [map { sprintf 'second%02d', $_ } 1 .. 5],
	    'the first five of the line get the first five';
	is $site->value(q{select count(*) from seats where state = 'owed'}), 9, 'nine still wait';
	stock($site, map { sprintf 'third%02d', $_ } 1 .. 20);
	is_deeply [map { code_of($site, $_) } @line[5 .. 13]], [map { sprintf 'third%02d', $_ } 1 .. 9],
	    'then the other nine, in order';
	my @again = ask($site, @sessions);
	is scalar(uniq map { $_->json->{data}{code} } @again), 64,
	    'in the end everybody has one of their own';
	is $site->value('select count(*) from invites_pool where used_at is null'), 11,
	    'and no more were used';
};

subtest 'stock that arrives while they ask' => sub {
	my $site = Gatehouse->site(handlers => [qw(get-discord-invite stripe-webhook)]);
	my @sessions = buyers($site, 40);
	my @promises = map { $site->promise($site->json_request($path, { session_id => $_ })) } @sessions;
	my $dbh = $site->cluster->connect($site->name, 'gatehouse');
	my @codes = map { "late$_" } 1 .. 40;
	my $add = sub { $dbh->do('insert into invites_pool (code, invite_url) values (?, ?)', undef, $_, 'https://discord.gg/x') for shift @codes };
	my $timer = Mojo::IOLoop->recurring(0.002 => sub { $add->() if @codes });
	Mojo::Promise->all(@promises)->wait;
	Mojo::IOLoop->remove($timer);
	cmp_ok scalar @codes, '<', 40, 'stock came while they asked';
	$add->() while @codes;
	is $site->value(q{select count(*) from seats where state = 'owed'}), 0,
	    'nobody is left waiting beside a full pool';
	is $site->value('select count(distinct invite_id) from seats'), 40, '40 different invites';
};

subtest 'fresh ones by key, with kill -9' => sub {
	my $site = Gatehouse->site(handlers => ['get-discord-invite']);
	my %key  = $site->bearer($site->key);
	stock($site, map { "fresh$_" } 1 .. 60);
	my %code;	# reference => the codes it was given
	my $round = sub {
		my @answers = $site->together(map { [$site->json_request($path, { order_ref => "ref$_" }, %key)] } 1 .. 50);
		for my $i (grep { $answers[$_] && $answers[$_]->code == 200 } 0 .. 49) {
			$code{$i}{ $answers[$i]->json->{data}{code} } = 1;
		}
	};
	my $kills = $site->while_killing('get-discord-invite', sub { $round->() for 1 .. 10 });
	ok $kills, "the program was killed $kills times";
	my @all = map { keys %$_ } values %code;
	is scalar(grep { keys %$_ > 1 } values %code), 0, 'a reference always gets the same one';
	is scalar(uniq @all), scalar @all, 'and never that of another';
	cmp_ok $site->value('select count(*) from invites_pool where used_at is not null'), '<=', 50,
	    'no more than asked for were used';
};

done_testing;
