# SPDX-License-Identifier: MIT
package Gatehouse::People;

# People with roles, for tests of who may do what.

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT = qw(person roles_of);

# A new user with these roles; its id.
sub person ($site, $name, @roles) {
	my $id = $site->value('select core.user_create(?, null)', $name);
	$site->sql('select core.role_grant(?::uuid, ?)', $id, $_) for @roles;
	return $id;
}

# The roles somebody holds, as words.
sub roles_of ($site, $user) {
	return $site->value(q{select coalesce(string_agg(role, ' ' order by role), '') from user_roles where user_id = ?}, $user);
}

1;
