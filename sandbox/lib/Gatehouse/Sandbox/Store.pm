# SPDX-License-Identifier: MIT
# Keeps objects by kind and id, in memory and in an append-only journal.
#
# A transaction is one line of the journal, written by one write(2) before anybody is
# answered, so a kill at any moment leaves whole transactions only; a torn last line is
# dropped at the next start.  Objects are never changed in place: put a new one.
package Gatehouse::Sandbox::Store;
use Mojo::Base -base, -signatures;
use Fcntl qw(:flock O_APPEND O_CREAT O_WRONLY);
use IO::Handle;
use Mojo::File qw(path);
use Mojo::JSON qw(decode_json encode_json);

# The journal is rewritten as a snapshot when it has grown by this many bytes.
use constant GROWTH => 64 * 1024 * 1024;

# dir        directory of the journal
# on_commit  code called after each transaction that changed something
has [qw(dir on_commit)];
has objects => sub { {} };
has order   => sub { {} };

# open(dir): the store kept in that directory (made when missing).
# Dies when another sandbox is using it.
sub open ($class, $dir) {
	my $self = $class->new(dir => path($dir)->make_path({mode => 0700}));
	$self->{lock} = $self->dir->child('lock')->open('>');
	flock $self->{lock}, LOCK_EX | LOCK_NB or die "another sandbox uses $dir\n";
	$self->_load;
	$self->_compact;
	return $self;
}

# get(kind, id): the object or undef.  Belongs to the store: read only.
sub get ($self, $kind, $id) { $self->objects->{$kind}{$id} }

# list(kind): all objects of a kind, oldest first.
sub list ($self, $kind) {
	my $of = $self->objects->{$kind} // {};
	return map { $of->{$_} // () } @{$self->order->{$kind} // []};
}

# put(kind, id, object): adds or replaces; returns the object.
sub put ($self, $kind, $id, $object) {
	$self->_change([$kind, $id, $object]);
	return $object;
}

sub remove ($self, $kind, $id) { $self->_change([$kind, $id, undef]) }

# transaction(code): runs it; all its changes are kept, or none when it dies.
# Inside another transaction it joins that one.  Returns what the code returned.
sub transaction ($self, $code) {
	return $code->() if $self->{undo};
	local $self->{undo}    = [];
	local $self->{changes} = [];
	my $result;
	if (!eval { $result = $code->(); $self->_write($self->{changes}); 1 }) {
		my $error = $@;
		$self->_apply($_) for reverse @{$self->{undo}};
		die $error;
	}
	my $changed = @{$self->{changes}};
	undef $self->{undo};
	$self->on_commit->() if $changed && $self->on_commit;
	return $result;
}

# erase: forgets everything.
sub erase ($self) {
	$self->objects({})->order({});
	$self->_compact;
}

sub _change ($self, $change) {
	die "change outside a transaction\n" if !$self->{undo};
	my ($kind, $id) = @$change;
	push @{$self->{undo}}, [$kind, $id, $self->get($kind, $id)];
	push @{$self->{changes}}, $change;
	$self->_apply($change);
}

sub _apply ($self, $change) {
	my ($kind, $id, $object) = @$change;
	my $of = $self->objects->{$kind} //= {};
	if (!defined $object) {
		delete $of->{$id};
		return;
	}
	push @{$self->order->{$kind}}, $id if !exists $self->{seen}{$kind}{$id};
	$self->{seen}{$kind}{$id} = 1;
	$of->{$id} = $object;
}

# No fsync: the sandbox promises to survive its own death, not the machine's.
sub _write ($self, $changes) {
	return if !@$changes;
	my $line = encode_json($changes) . "\n";
	my $done = syswrite $self->{journal}, $line;
	if (!defined $done || $done != length $line) {
		my $why = $!;
		truncate $self->{journal}, $self->{size};
		die "journal: $why\n";
	}
	$self->{size} += $done;
	$self->_compact if $self->{size} > $self->{base} + GROWTH;
}

sub _load ($self) {
	my $file = $self->dir->child('journal');
	return if !-e $file;
	my $in = $file->open('<');
	while (defined(my $line = <$in>)) {
		last if $line !~ /\n\z/;
		$self->_apply($_) for @{decode_json($line)};
	}
}

sub _compact ($self) {
	my $new = $self->dir->child('journal.new');
	my $out = $new->open('>');
	my %seen;
	for my $kind (sort keys %{$self->objects}) {
		my $of  = $self->objects->{$kind};
		my @ids = grep { exists $of->{$_} } @{$self->order->{$kind} // []};
		$self->order->{$kind} = \@ids;
		for my $id (@ids) {
			$seen{$kind}{$id} = 1;
			print $out encode_json([[$kind, $id, $of->{$id}]]), "\n" or die "journal: $!\n";
		}
	}
	$out->flush && $out->sync && close $out or die "journal: $!\n";
	rename $new, $self->dir->child('journal') or die "journal: $!\n";
	$self->{seen} = \%seen;
	$self->_reopen;
}

sub _reopen ($self) {
	my $file = $self->dir->child('journal');
	sysopen $self->{journal}, $file, O_WRONLY | O_APPEND | O_CREAT, 0600 or die "$file: $!\n";
	$self->{base} = $self->{size} = -s $file;
}

1;
