umask 077
node keys.js > client.jwks.json
aldaba-server client add --data "${ALDABA_DATA:-aldaba-demo}" \
    --id ejemplo-node --name 'Ayuntamiento de Ejemplo' --domain "127.0.0.1:${PORT:-3000}" \
    --return-url "http://127.0.0.1:${PORT:-3000}/login" \
    --redirect-uri "http://127.0.0.1:${PORT:-3000}/callback" \
    --post-logout-redirect-uri "http://127.0.0.1:${PORT:-3000}/" \
    --claims given_name,family_name,document --level low \
    --procedure 'padron=Volante de empadronamiento:low' \
    --jwks client.jwks.json
