# SPDX-License-Identifier: MIT
# fish completion of tunctl(8), where that is tapctl

complete -c tunctl -f --wraps 'tapctl tunctl'
