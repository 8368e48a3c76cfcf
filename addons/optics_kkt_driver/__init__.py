from . import controllers, models, sql_log, ticker, wizard

sql_log.install()
ticker.install()
