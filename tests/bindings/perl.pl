# Perl's DBD::SQLite.
use strict;
use warnings;
use DBI;

my ($library, $root) = @ARGV;
my $db = DBI->connect("dbi:SQLite:dbname=:memory:", "", "", { RaiseError => 1 });
$db->sqlite_enable_load_extension(1);
$db->sqlite_load_extension($library);
$db->do("DELETE FROM evidence");
$db->do("INSERT INTO evidence(location) VALUES (?)", undef, $root);
print "@$_\n" for @{ $db->selectall_arrayref("SELECT severity, subject FROM findings ORDER BY subject") };
