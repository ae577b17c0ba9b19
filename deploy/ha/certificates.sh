#!/bin/sh
# 证书：sh certificates.sh 目录 db1=10.8.0.11 db2=10.8.0.12 db3=10.8.0.13。 步骤见 docs/operations/failover.md。
# Makes an authority (once) and for each host a folder with ca.crt, node.crt and node.key.
set -eu
umask 077
folder=$1
shift
mkdir -p "$folder"
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
if [ ! -f "$folder/ca.key" ]; then
    # shellcheck disable=SC2086
    openssl req -x509 $new -days 3650 -subj /CN=expertpool-ha -addext keyUsage=critical,keyCertSign,cRLSign \
        -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null
fi
for host in "$@"; do
    own=$folder/${host%%=*}
    mkdir -p "$own"
    # shellcheck disable=SC2086
    openssl req $new -subj "/CN=${host%%=*}" -keyout "$own/node.key" -out "$own/node.csr" 2>/dev/null
    printf 'subjectAltName=IP:%s\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\nauthorityKeyIdentifier=keyid\n' \
        "${host#*=}" >"$own/extensions"
    openssl x509 -req -in "$own/node.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -days 3650 \
        -extfile "$own/extensions" -out "$own/node.crt" 2>/dev/null
    cp "$folder/ca.crt" "$own/ca.crt"
    rm "$own/node.csr" "$own/extensions"
    chmod 644 "$own/ca.crt" "$own/node.crt"
done
