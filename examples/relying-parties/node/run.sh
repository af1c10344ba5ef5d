export ISSUER="${ISSUER:-http://127.0.0.1:8080}" PORT="${PORT:-3000}"
exec node server.js
