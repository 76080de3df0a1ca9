#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Translations: taken from all pages and errors, complete, with the same
# placeholders, counted as their own headers say.
use Mojo::Base -strict, -signatures;

use Mojo::File qw(curfile path tempdir);
use Mojo::Util qw(decode);
use Test::More;
use lib curfile->dirname->dirname->child('lib')->to_string;
use Gatehouse::Pages;

my $pages  = Gatehouse::Pages->new;
my $source = $pages->source;

sub output (@command) {
	open my $out, '-|', @command or die "$command[0]: $!\n";
	local $/;
	my $text = decode 'UTF-8', <$out> // '';
	close $out or die "$command[0]: failed\n";
	return $text;
}

# The entries of a .po text as [{ msgid, msgid_plural, msgstr => [...], fuzzy }].
sub entries ($text) {
	my @entries;
	$text =~ s/"\n"//g;
	for my $block (split /\n{2,}/, $text) {
		my %entry = (fuzzy => scalar $block =~ /^#,.*fuzzy/m, msgstr => []);
		while ($block =~ /^(msgid|msgid_plural|msgstr)(?:\[\d\])? "(.*)"$/mg) {
			my ($kind, $string) = ($1, $2);
			$string =~ s/\\(["\\])/$1/g;
			$kind eq 'msgstr' ? push @{ $entry{msgstr} }, $string : ($entry{$kind} = $string);
		}
		push @entries, \%entry if length($entry{msgid} // '');
	}
	return @entries;
}

sub placeholders ($text) { join ' ', sort $text =~ /\{[^}]*\}/g }

# What is wrong with a translated entry, or nothing.
sub wrong ($entry) {
	my ($id, @texts) = ($entry->{msgid}, @{ $entry->{msgstr} });
	return "fuzzy: $id" if $entry->{fuzzy};
	return "empty: $id" if !@texts || grep { $_ eq '' } @texts;
	return "other placeholders: $id" if grep { placeholders($_) ne placeholders($id) } @texts;
	return "an open brace: $id" if grep { s/\{[^{}]*\}//gr =~ /[{}]/ } @texts;
	return;
}

my $pot = output('perl', $source->child('build-aux/po-extract'), $source);
is decode('UTF-8', $source->child('po/gatehouse.pot')->slurp), $pot,
    'gatehouse.pot is what po-extract makes (otherwise run build-aux/po-update .)';
my @wanted = sort map { $_->{msgid} } entries($pot);
cmp_ok @wanted, '>', 100, 'the pages and errors have texts';

is_deeply [$pages->languages], ['es', 'ru'], 'there is Spanish and Russian';
for my $po ($pages->translations) {
	my $name = $po->basename;
	my @entries = entries(decode 'UTF-8', $po->slurp);
	is_deeply [sort map { $_->{msgid} } @entries], \@wanted, "$name has every text and no other";
	is_deeply [map { wrong($_) } @entries], [], "$name is complete";
	is system('msgfmt', '--check', '-o', path($pages->dir)->child('check.mo'), $po), 0,
	    "$name passes msgfmt --check";
}

# Each language counts in the page as gettext's formula in its header does.
for my $po ($pages->translations) {
	my $language = $po->basename('.po');
	my $text = decode 'UTF-8', $po->slurp;
	my ($formula) = $text =~ /plural=(.*?);\\n/ or die "$language has no Plural-Forms";
	my ($entry) = grep { $_->{msgid} eq '{number balance} credit' } entries($text);
	my @differ;
	for my $n (1 .. 25, 101, 111, 112, 121, 1001, 1500) {
		my $form = $entry->{msgstr}[eval($formula =~ s/\bn\b/$n/gr)] =~ s/\{number balance\}/$n/r;
		my $shown = $pages->dom('success.ready', lang => $language, data => { balance => $n })
		    ->at('.receipt div:last-child dd')->text;
		push @differ, "$shown, not $form" if $shown ne $form;
	}
	is_deeply \@differ, [], "$language counts as its Plural-Forms says";
}

done_testing;
