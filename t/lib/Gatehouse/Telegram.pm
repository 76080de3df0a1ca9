# SPDX-License-Identifier: MIT
package Gatehouse::Telegram;

# What Telegram makes, for tests that play Telegram.

use Mojo::Base -strict, -signatures;

use Digest::SHA qw(hmac_sha256_hex sha256);
use Exporter 'import';
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';
use Mojo::File 'tempfile';
use Mojo::JSON qw(decode_json encode_json);
use Mojo::Util 'encode';

our @EXPORT_OK = qw(widget judge_widget);

# The fields of the login widget, signed with the bot's token; auth_date is now
# unless given, undef leaves a field out.
sub widget ($token, %fields) {
	$fields{auth_date} = time | 0 unless exists $fields{auth_date};
	delete $fields{hash};
	delete $fields{$_} for grep { !defined $fields{$_} } keys %fields;
	my $text = encode('UTF-8', join "\n", map { "$_=$fields{$_}" } sort keys %fields);
	return { %fields, hash => hmac_sha256_hex($text, sha256($token)) };
}

# What @grammyjs/validator and @telegram-auth/server say of each set of fields, as
# pairs of 1 and 0.
sub judge_widget ($token, @cases) {
	my $file = tempfile->spurt(encode_json(\@cases));
	my ($status, $out) = capture(['node', source_dir->child('t/node/telegram/judge.mjs'), $token, $file]);
	die "judge: $out" if $status;
	return @{ decode_json($out) };
}

1;
