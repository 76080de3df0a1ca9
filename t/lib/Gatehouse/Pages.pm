# SPDX-License-Identifier: MIT
package Gatehouse::Pages;

# Pages rendered without a site, from the fixtures in t/data/pages.
#
#	my $pages = Gatehouse::Pages->new;
#	my $dom = $pages->dom('success.owed', lang => 'ru');
#
# A fixture is PAGE.STATE.json or PAGE.json; besides those in the folder there is
# error.CODE for every row of errors.tab.  Ends with the object: all files are in
# a temporary folder.

use Mojo::Base -base, -signatures;

use File::Temp ();
use Mojo::DOM;
use Mojo::File qw(curfile path);
use Mojo::JSON qw(decode_json encode_json);
use Mojo::Util qw(decode encode);

has source => sub { curfile->dirname->dirname->dirname->dirname->to_abs };
has build  => sub ($self) { path($ENV{GATEHOUSE_BUILD} // $self->source->child('build')) };
has dir    => sub { File::Temp->newdir };
has locale => sub ($self) { $self->compile };
has errors => sub ($self) { $self->read_errors };

# The languages that have a translation.
sub languages ($self) { map { $_->basename('.po') } $self->translations }

# The files po/*.po.
sub translations ($self) { @{ $self->source->child('po')->list->grep(qr/\.po$/)->sort } }

sub compile ($self) {
	my $locale = path($self->dir)->child('locale')->make_path;
	for my $po ($self->translations) {
		my $mo = $locale->child($po->basename('.po') . '.mo');
		system('msgfmt', '--check', '-o', $mo, $po) == 0 or die "msgfmt: $po is wrong\n";
	}
	return $locale;
}

# { CODE => { code, status, message } } of errors.tab.
sub read_errors ($self) {
	my %errors;
	for (split /\n/, decode 'UTF-8', $self->source->child('errors.tab')->slurp) {
		$errors{$1} = { code => $1, status => $2 + 0, message => $3 }
		    if /^([a-z]\w*)\s+(\d+)\s+(.+?)\s*$/;
	}
	return \%errors;
}

# The names of all fixtures, sorted.
sub fixtures ($self) {
	my @files = map { $_->basename('.json') }
	    @{ $self->source->child('t/data/pages')->list->grep(qr/\.json$/) };
	return sort grep({ !/^globals/ } @files), map {"error.$_"} keys %{ $self->errors };
}

# The data of a fixture.
sub data ($self, $fixture) {
	return $self->errors->{$1} if $fixture =~ /^error\.(.+)/;
	return decode_json $self->source->child("t/data/pages/$fixture.json")->slurp;
}

# The HTML of a fixture, in characters.  lang as in Accept-Language (default en),
# sandbox: whether the banner shows, data: members to put in place of the
# fixture's.  Dies with what the renderer said.
sub html ($self, $fixture, %options) {
	my $file = path($self->dir)->child('data.json');
	my $globals = $options{sandbox} ? 'globals.sandbox' : 'globals';
	$file->spurt(encode_json { %{ $self->data($fixture) }, %{ $options{data} // {} } });
	open my $out, '-|', $self->build->child('t/c/render'), $self->source->child('pages'),
	    $self->locale, $options{lang} // 'en', $fixture =~ s/\..*//r, $file,
	    $self->source->child("t/data/pages/$globals.json")
	    or die "render: $!\n";
	local $/;
	my $html = <$out>;
	close $out or die "render: $fixture failed\n";
	return decode 'UTF-8', $html;
}

sub dom ($self, $fixture, %options) { Mojo::DOM->new($self->html($fixture, %options)) }

# Writes NAME.html for each [NAME, FIXTURE, options…] and static/1, for the tests
# in Chromium.  Returns the folder.
sub site ($self, @pages) {
	my $site = path($self->dir)->child('site')->make_path;
	my $static = $site->child('static/1')->make_path;
	$_->copy_to($static) for @{ $self->source->child('web')->list };
	for (@pages) {
		my ($name, $fixture, %options) = @$_;
		$site->child("$name.html")->spurt(encode 'UTF-8', $self->html($fixture, %options));
	}
	return $site;
}

1;
