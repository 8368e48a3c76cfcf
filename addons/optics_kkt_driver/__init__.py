from . import controllers, models, ticker, wizard

ticker.install()
