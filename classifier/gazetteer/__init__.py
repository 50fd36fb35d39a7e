"""China's provinces, prefectures and counties, and how a text names them."""
