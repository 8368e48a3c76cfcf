from . import controllers, models, sql_log, ticker, wizard
from .controllers import gate

gate.install()
sql_log.install()
ticker.install()
