# SPDX-License-Identifier: MIT
package Gatehouse::Nginx;

# nginx in front of a site, from the product's own templates.

use Mojo::Base -strict, -signatures;

use Gatehouse::Process 'capture';
use Gatehouse::Tables qw(source_dir build_dir);

# The program for the keeper.  $tcp, when given, is a listening socket that
# nginx takes over instead of opening the port itself: a free port that was
# only asked for may be gone by then.
sub program ($site, $tcp = undef) {
	my $dir  = $site->dir;
	my $conf = $dir->child('nginx.conf')->spurt(_configuration($site, $tcp));
	return {
		name => 'nginx', log => $dir->child('log/nginx'), keep => [$tcp // ()],
		argv => ['/usr/sbin/nginx', '-p', $dir, '-c', $conf, '-e', 'stderr', '-g', _directives()],
		# NGINX lists inherited sockets; nginx finds out what they listen on.
		env => { PATH => $ENV{PATH}, $tcp ? (NGINX => fileno($tcp) . ';') : () },
	};
}

# As root the workers stay root: the sockets are ours alone.
sub _directives { $> ? ' ' : 'user root;' }

sub _configuration ($site, $tcp) {
	my $options = $site->{options};
	my @listen  = ('unix:' . $site->socket('nginx'), $tcp ? '127.0.0.1:' . $tcp->sockport : ());
	my ($version) = build_dir->child('assets.h')->slurp =~ /"(.*)"/;
	my ($status, $conf) = capture([source_dir->child('nginx/render'), 'private'], env => {
		PATH => $ENV{PATH}, LISTEN => "@listen", RUN => $site->dir->child('run'), STATE => $site->dir->child('nginx'),
		WEB => source_dir->child('web'), ASSETS => $version, ACCESS_LOG => $site->dir->child('log/access'),
		# Requests say which address they come from; see the option rates.
		REAL_IP_FROM => 'unix:', SANDBOX => $options->{sandbox} ? 1 : 0,
	});
	die "nginx/render: $conf" if $status;
	return $conf =~ s/^worker_processes auto;/worker_processes 1;/mr;
}

1;
