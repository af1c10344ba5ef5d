export ISSUER="${ISSUER:-http://127.0.0.1:8080}" PORT="${PORT:-5000}"
exec .venv/bin/python app.py
