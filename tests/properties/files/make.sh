#!/bin/sh
# Makes the authority, the person's certificate, the revocation list and the OCSP answer that the properties about certificates
# start from; with openssl, in this folder and in fuzz/seeds. They hold for a hundred years. The keys are thrown away.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seeds=$here/../../../fuzz/seeds
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

cat > authority.cnf <<'CNF'
[ca]
default_ca = one
[one]
dir = .
database = ./index.txt
serial = ./serial
new_certs_dir = .
certificate = ./authority.pem
private_key = ./authority.key
default_md = sha256
default_days = 36500
default_crl_days = 36500
policy = any
copy_extensions = none
crl_extensions = list
[any]
countryName = optional
surname = optional
givenName = optional
serialNumber = optional
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[person]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 1.3.6.1.4.1.5734.3.10.1, 0.4.0.194112.1.0
authorityInfoAccess = OCSP;URI:http://ocsp.authority.example/
crlDistributionPoints = URI:http://crl.authority.example/list.crl
subjectAltName = email:ana@example.org
[list]
authorityKeyIdentifier = keyid
CNF
: > index.txt
echo 4a01 > serial

key authority
openssl req -new -x509 -config authority.cnf -extensions authority -key authority.key -days 36500 -sha256 \
    -subj "/C=ES/CN=Authority of the properties" -out authority.pem
key person
openssl req -new -key person.key -subj "/C=ES/serialNumber=IDCES-12345678Z/SN=GARCIA RUIZ/GN=ANA/CN=GARCIA RUIZ ANA - 12345678Z" -out person.csr
openssl ca -batch -notext -config authority.cnf -extensions person -in person.csr -out person.pem
openssl ca -config authority.cnf -revoke person.pem -crl_reason keyCompromise
openssl ca -config authority.cnf -gencrl -out list.pem
openssl ocsp -issuer authority.pem -cert person.pem -reqout question.der -no_nonce
openssl ocsp -index index.txt -CA authority.pem -rsigner authority.pem -rkey authority.key -ndays 36500 \
    -reqin question.der -respout answer.der

openssl x509 -in authority.pem -outform DER -out "$here/authority.der"
openssl x509 -in person.pem -outform DER -out "$here/person.der"
cp "$here/person.der" "$seeds/certificate/person"
cp "$here/authority.der" "$seeds/certificate/authority"
openssl crl -in list.pem -outform DER -out "$seeds/crl/list"
cp list.pem "$seeds/crl/list.pem"
cp answer.der "$seeds/ocsp/answer"
