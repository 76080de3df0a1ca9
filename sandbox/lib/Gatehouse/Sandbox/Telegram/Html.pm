# SPDX-License-Identifier: MIT
# parse_mode HTML (core.telegram.org/bots/api#html-style): text with a few tags becomes
# plain text and entities, whose offsets and lengths count UTF-16 code units.
package Gatehouse::Sandbox::Telegram::Html;
use Mojo::Base -strict, -signatures;
use Encode qw(encode_utf8);
use Exporter qw(import);
use Gatehouse::Sandbox::Telegram::Error;
our @EXPORT_OK = qw(parse_html utf16_length);

my %TYPE = (
	b => 'bold', strong => 'bold', i => 'italic', em => 'italic', u => 'underline', ins => 'underline', s => 'strikethrough',
	strike => 'strikethrough', del => 'strikethrough', code => 'code', pre => 'pre', a => 'text_link', blockquote => 'blockquote',
	'tg-spoiler' => 'spoiler',
);
my %CHAR = (lt => '<', gt => '>', amp => '&', quot => '"');

sub utf16_length ($text) { length($text) + scalar(my @high = $text =~ /[^\x{0}-\x{ffff}]/g) }

# parse_html(text): (plain text, [entities]); throws Telegram's error for what it does not take.
sub parse_html ($html) {
	my ($text, @open, @entities) = '';
	while ($html =~ /\G(?:<(\/?)([^\s>]*)([^>]*)>|([^<]+)|(<))/gc) {
		my ($close, $tag, $rest, $plain, $stray) = ($1, lc($2 // ''), $3, $4, $5);
		my $at = length encode_utf8(substr $html, 0, $-[0]);
		fail("Unclosed start tag at byte offset $at") if defined $stray;
		if (defined $plain) { $text .= decode($plain); next }
		fail("Unsupported start tag \"$tag\" at byte offset $at") if !$TYPE{$tag};
		if (!$close) { push @open, [$tag, utf16_length($text), $rest]; next }
		my $start = pop @open;
		fail("Unexpected end tag at byte offset $at") if !$start;
		fail("Unmatched end tag at byte offset $at, expected \"</$start->[0]>\", found \"</$tag>\"") if $start->[0] ne $tag;
		push @entities, entity($start, utf16_length($text));
	}
	fail('Can\'t find end tag corresponding to start tag ' . $open[-1][0]) if @open;
	return ($text, [sort { $a->{offset} <=> $b->{offset} } grep { $_->{length} } @entities]);
}

sub entity ($start, $end) {
	my ($tag, $from, $rest) = @$start;
	my ($url) = $rest =~ /\bhref\s*=\s*"((?:https?|tg):[^"]*)"/;
	return {type => $TYPE{$tag}, offset => $from, length => $end - $from, $tag eq 'a' && defined $url ? (url => decode($url)) : ()};
}

sub decode ($text) {
	return $text =~ s/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));/defined $1 ? chr $1 : defined $2 ? chr hex $2 : $CHAR{$3}/ger;
}

sub fail ($why) { Gatehouse::Sandbox::Telegram::Error->throw("can't parse entities: $why") }

1;
