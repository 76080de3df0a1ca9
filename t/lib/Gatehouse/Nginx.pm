# SPDX-License-Identifier: MIT
package Gatehouse::Nginx;
use Mojo::Base -strict, -signatures;
1;
