from . import controllers, models, ticker

ticker.install()
