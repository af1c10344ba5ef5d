export ISSUER="${ISSUER:-http://127.0.0.1:8080}" PORT="${PORT:-8088}" HERE="$PWD"
exec /usr/sbin/apache2 -d "$PWD" -f site.conf -DFOREGROUND
