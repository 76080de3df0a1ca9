# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Tables 'route';

my $site = Gatehouse->site(handlers => [qw(my-credits users stripe-webhook)]);
my $ada  = $site->user('ada', 100);

my %ada = $site->session_of($ada);
my $path = '/credits';

keeps_contract($site, 'my-credits', GET => $path, {%ada});

subtest 'what a member sees' => sub {
	$site->sql(q{select core.credits_grant(?::uuid, 'bonus', 30, 'soon', core.now(), p_expires_at => core.now() + interval '2 days')}, $ada);
	$site->sql(q{select core.hold_begin(?, 'image', null, 12, null, 600, null)}, $ada);
	$site->sql(q{select core.meter_charge(?, 'chat', 3, null, null)}, $ada);
	$site->sql(q{select core.product_apply('{"id":"prod_price_made100","name":"Top-up","active":true}')});
	my $dom = $site->get($path, %ada)->dom;
	like $dom->at('.wallet .price')->all_text, qr/^\s*120 +credits/, 'the balance';
	like $dom->at('.wallet')->all_text, qr/12 more are set aside/, 'what is held';
	like $dom->at('.wallet')->all_text, qr/Next: 15 credits expire/, 'what expires next';
	is_deeply [$dom->find('table:first-of-type tbody')->first->find('td:first-child')->map('all_text')->map(sub { s/\s+//gr })->each],
	    [qw(Bonus Trial Purchase)], 'where credits come from, in the order they are used';
	is $dom->find('.scroll')->last->find('tbody tr')->size, 5, 'the history';
	is $dom->at('form[action="/api/checkout"] input[name=price_id]')->{value}, 'price_made100', 'buy again offers what was bought';
	is $dom->find('script')->size, 0, 'no script is needed';
};

subtest 'older history' => sub {
	$site->sql(q{select core.meter_charge(?, 'chat', 1, null, null) from generate_series(1, 20)}, $ada);
	my $first = $site->get($path, %ada)->dom;
	is $first->find('.scroll')->last->find('tbody tr')->size, 20, 'a page';
	my $next = $first->at('form[action="/credits"] button[name=cursor]')->{value};
	my $second = $site->get("$path?cursor=$next", %ada)->dom;
	is $second->find('.scroll')->last->find('tbody tr')->size, 5, 'the rest by a button';
	is $second->find('main a[href="/credits"]')->size, 1, 'and the way back';
	page_error_is($site->get("$path?cursor=x", %ada), 422, 'a cursor that is none');
};

subtest 'who' => sub {
	my $eve = $site->user('eve');
	like $site->get($path, $site->session_of($eve))->dom->at('.wallet .price')->all_text, qr/^\s*5\s/, 'everybody sees their own';
	sends_to_door(route('my-credits'), $site->get($path), 'nobody without a session');
	sends_to_door(route('my-credits'), $site->get($path, $site->bearer($site->key)), 'a key is no session');
	$site->clock_move('31 days');
	sends_to_door(route('my-credits'), $site->get($path, %ada), 'a session ends');
};

done_testing;
