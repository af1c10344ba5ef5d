umask 077
aldaba-server client add --data "${ALDABA_DATA:-aldaba-demo}" \
    --id ejemplo-apache --name 'Archivo de Ejemplo' --domain "127.0.0.1:${PORT:-8088}" \
    --return-url "http://127.0.0.1:${PORT:-8088}/privado/" \
    --redirect-uri "http://127.0.0.1:${PORT:-8088}/privado/callback" \
    --post-logout-redirect-uri "http://127.0.0.1:${PORT:-8088}/" \
    --backchannel-logout-uri "http://127.0.0.1:${PORT:-8088}/privado/callback?logout=backchannel" \
    --claims given_name,family_name,document --level low \
    | sed -n 's/^client_secret //p' > client.secret
sed 's/^/OIDCClientSecret /' client.secret > secrets.conf
echo "OIDCCryptoPassphrase $(openssl rand -hex 32)" >> secrets.conf
