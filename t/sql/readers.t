# SPDX-License-Identifier: MIT
# The small functions that read what strangers send, and the shape of the
# contract's tables: pgTAP, whose output is this file's.

use Gatehouse;
use Mojo::File 'path';

my $db = Gatehouse->database;
$db->sql('create extension pgtap');
my ($status, $out) = $db->psql(path(__FILE__)->sibling('readers.sql')->slurp, user => 'postgres');
print $out;
exit($status != 0);
