umask 077
aldaba-server client add --data "${ALDABA_DATA:-aldaba-demo}" \
    --id ejemplo-python --name 'Diputación de Ejemplo' --domain "127.0.0.1:${PORT:-5000}" \
    --return-url "http://127.0.0.1:${PORT:-5000}/login" \
    --redirect-uri "http://127.0.0.1:${PORT:-5000}/callback" \
    --post-logout-redirect-uri "http://127.0.0.1:${PORT:-5000}/" \
    --claims given_name,family_name,document --level low \
    --procedure 'tasas=Pago de tasas:low' \
    | sed -n 's/^client_secret //p' > client.secret
