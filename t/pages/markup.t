#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# What pages are made of: nothing inline, nothing unescaped, no text that cannot be
# translated, forms that work without JavaScript, every error with its advice.
use Mojo::Base -strict, -signatures;

use Mojo::File qw(curfile);
use Mojo::Util qw(decode trim);
use Test::More;
use lib curfile->dirname->dirname->child('lib')->to_string;
use Gatehouse::Pages;

my $pages = Gatehouse::Pages->new;
my $source = $pages->source;
my @files = @{ $source->child('pages')->list->sort };
my %text = map { $_->basename => decode 'UTF-8', $_->slurp } @files;

# Names of files in which the text matches.
sub having ($pattern) { [grep { $text{$_} =~ $pattern } sort keys %text] }

# The page's own words: without directives, tags, comments.
sub bare ($html) {
	$html =~ s/\{\{block kind\}\}\w+\{\{end\}\}//;	# a class
	$html =~ s/\{\{.*?\}\}(?!\})//gs;
	$html =~ s/<[^>]*>//g;
	$html =~ s/Gatehouse//g;
	return trim($html);
}

# Values of attributes that people read or hear, which hold letters themselves.
sub spoken ($html) {
	$html =~ s/\{\{.*?\}\}(?!\})//gs;
	return grep { /\p{L}/ } $html =~ /\b(?:aria-label|title|alt|placeholder|data-busy|data-done)="([^"]*)"/g;
}

is_deeply having(qr/\{\{\s*raw\b/), [], 'no page goes past the escaping';
is_deeply having(qr/\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:/i), [],
    'no page has an inline style, script or handler';
is_deeply having(qr/=\{\{|="[^"]*$/m), [], 'every attribute is quoted';
is_deeply having(qr/(?:href|src)="\{\{(?!url )/), [], 'every address goes through url';
is_deeply [grep { bare($text{$_}) =~ /\p{L}/ } sort keys %text], [],
    'every word is in a message that can be translated';
is_deeply [grep { spoken($text{$_}) } sort keys %text], [], 'so is every spoken attribute';
is_deeply [grep { $_->slurp !~ /SPDX-License-Identifier: MIT/ } @files,
	@{ $source->child('web')->list }], [], 'every file names its licence';

is_deeply [grep { -s > 24 * 1024 } @{ $source->child('web')->list->grep(qr/\.(?:css|js)$/) }], [],
    'no style and no script is over 24 KiB';

for my $hostile (grep { /hostile/ } $pages->fixtures) {
	my $dom = $pages->dom($hostile);
	is $dom->find('main script, main img, main b, [onerror]')->size, 0, "$hostile: markup stays text";
	is $dom->find('a, input')->grep(sub { ($_->{href} // $_->{value} // '') =~ /^javascript:/ })->size, 0,
	    "$hostile: no script in an address";
}

# ---- pricing

my $pricing = $pages->dom('pricing');
my @forms = $pricing->find('form[method="post"][action="/api/checkout"]')->each;
is_deeply [map { $_->at('input[name=price_id]')->{value} } @forms],
    [qw(price_monthly price_100 price_500 price_1500)], 'each product has its form';
is_deeply [map { $_->at('.price')->text =~ s/\s+//gr } @forms], [qw($9.99 $4.99 $19.99 $49.99)],
    'with its price';
is $pricing->find('.featured')->size, 1, 'one product is a subscription';
like $pricing->at('.featured .price')->all_text, qr/\$9\.99\s+a month/, 'marked as monthly';
is_deeply [$pricing->find('.facts li:first-child')->map('text')->each],
    ['250 credits at $0.040 each', '100 credits at $0.050 each', '500 credits at $0.040 each',
	'1500 credits at $0.033 each'], 'the value of a credit is shown';
is_deeply [grep { defined } $pricing->at('.notice')], [], 'no notice in a first visit';
like $pages->dom('pricing.canceled')->at('.notice')->text, qr/nothing was charged/,
    'a gentle notice after a closed checkout';
is $pages->dom('pricing.empty')->find('form')->size, 0, 'no form when nothing is for sale';

# ---- success

my %shown = (
	waiting => qr/Waiting for your payment/, ready => qr/Thank you, you are in/,
	owed => qr/Your seat is reserved/, allocated => qr/Here is your invite/,
	none => qr/Thank you/, revoked => qr/withdrawn/, refunded => qr/refunded/,
	failed => qr/did not go through/, expired => qr/expired/,
);
for my $state (sort keys %shown) {
	my $dom = $pages->dom("success.$state");
	like $dom->at('h1')->text, $shown{$state}, "$state: has its heading";
	is $dom->find('h1')->size, 1, "$state: only one";
	is $dom->find('form')->size, $state eq 'ready' ? 1 : 0, "$state: the button is there when it is of use";
	is $dom->find('noscript meta[http-equiv=refresh]')->size, $state =~ /waiting|owed/ ? 1 : 0,
	    "$state: reloads without JavaScript while something is to come";
}
my $form = $pages->dom('success.ready')->at('form[method=post][action="/success"]');
is $form->at('input[type=hidden][name=session_id]')->{value}, 'cs_test_a1b2c3', 'the form names the session';
is trim($form->at('button')->text), 'Get your Discord invite', 'the button says what it gives';
my $allocated = $pages->dom('success.allocated');
is $allocated->at('#invite')->{value}, 'https://discord.gg/Ab3dEf9Hk2', 'the link can be copied';
is $allocated->at('a.primary')->{href}, 'https://discord.gg/Ab3dEf9Hk2', 'and opened';
is $allocated->at('.invite time')->text, '2026-11-28 09:30 UTC', 'its end is told';
like $pages->dom('success.shared')->at('main')->all_text, qr/earlier order/, 'a shared seat is explained';

# ---- login, admin

my $login = $pages->dom('login-link')->at('form[method=post][action="/login"]');
is $login->at('input[name=token]')->{value}, 'k3J9-_x1', 'login: the token goes with the button';
is $login->find('button')->size, 1, 'login: one button';
my $admin = $pages->dom('admin');
is $admin->find('.scroll tbody tr')->size, 5, 'admin: recent orders, events and flags';
is $admin->find('.plot rect')->size, 30, 'admin: thirty days of revenue';
is $pages->dom('admin.empty')->find('.scroll tbody tr')->size, 0, 'admin: an empty site has its page too';
is $pages->dom('admin.empty')->find('.alert')->size, 1, 'admin: an empty pool stands out';

# ---- my credits

my $mine = $pages->dom('my-credits');
is $mine->find('.legend li')->size, 3, 'my credits: what expires soon, later, never';
is $mine->find('.left rect')->size, 3, 'my credits: each lot is drawn';
is $mine->at('form[action="/api/checkout"] input[name=price_id]')->{value}, 'price_500', 'my credits: buy again';
my $none = $pages->dom('my-credits.empty');
is $none->find('tbody tr, form[method=post], .share')->size, 0, 'my credits: an empty account has its page too';
is $none->at('.panel a.primary')->{href}, '/pricing', 'my credits: and a way to more';
like $none->at('.notice')->text, qr/30 credits of a refunded payment/, 'my credits: debt is explained';

# ---- errors

for my $code (sort keys %{ $pages->errors }) {
	my $error = $pages->errors->{$code};
	my $dom = $pages->dom("error.$code");
	my @words = map { trim($_) } $dom->find('main > h1, main > p')->map('all_text')->each;
	ok length($words[1]), "$code: has a title";
	like $dom->at('title')->text, qr/\Q$words[1]\E\s+· Gatehouse/, "$code: also in the title bar";
	is $words[2], $error->{message}, "$code: says what happened";
	ok length($words[3]), "$code: says what to do";
	like $words[-1], qr/3f9a1c7be2d04c55/, "$code: names the request";
}

# ---- languages and sandbox

for my $language ('en', $pages->languages) {
	is $pages->dom('pricing', lang => $language)->at('html')->{lang}, $language, "$language is declared";
}
like $pages->dom('login', lang => 'ru')->at('h1')->text, qr/Войти/, 'a page speaks Russian';
is $pages->dom('pricing')->find('.sandbox')->size, 0, 'no banner on a real site';
is $pages->dom('pricing', sandbox => 1)->at('.sandbox a')->{href}, '/sandbox/', 'a banner in the sandbox';

done_testing;
