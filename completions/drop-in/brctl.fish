# SPDX-License-Identifier: MIT
# fish completion of brctl(8), where that is tapctl

complete -c brctl -f --wraps 'tapctl brctl'
