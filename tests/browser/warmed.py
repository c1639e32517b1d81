"""Only for the process that commands and servers are copied from: importing it sets Django up."""

from tests.browser.warm import warm_up

warm_up()
