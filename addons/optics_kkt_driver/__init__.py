from . import controllers, models, one_parser, sql_log, ticker, wizard
from .controllers import gate

gate.install()
one_parser.install()
sql_log.install()
ticker.install()
