#!/bin/sh
# Renews a client certificate of Countersign when it is about to end. Made for cron and CI: it does nothing while there is
# nothing to do, asks nothing, and leaves what is installed as it is whenever anything fails.
#
#   renew-certificate.sh DIRECTORY
#
# DIRECTORY holds client.key and client.pem (the certificate, then its chain). A new key is made for every renewal; it
# never leaves this machine. What was installed before stays in DIRECTORY/previous.
#
#   COUNTERSIGN_URL            the portal, such as https://certificates.example.com
#   COUNTERSIGN_API_KEY_FILE   a file with an API key (scopes: read, certificates), readable by nobody else;
#                              or COUNTERSIGN_API_KEY with the key itself
#   RENEW_DAYS                 renew when fewer days are left; 30 unless said
#   REVOKE_OLD_IDLE_DAYS       have the old certificate revoked once it was idle for so many days; 7 unless said, 0: never
#   AFTER_RENEWAL              a command to run once the new one is installed, such as "systemctl reload my-service"
#
# It ends with 0 when all is well (renewed, or nothing to do), and otherwise with
#   2  used in a way that it cannot be     3  a tool is missing
#   4  the files in DIRECTORY are not what they should be
#   5  the portal could not be reached, or is not able to answer: try again later
#   6  the portal refused: read what it said
#   7  what came back does not fit: nothing was installed
#   8  installed, but the command afterwards failed
set -u
umask 077

fail() {
  status=$1
  shift
  printf 'renew-certificate: %s\n' "$*" >&2
  exit "$status"
}
say() { printf 'renew-certificate: %s\n' "$*"; }

[ $# -eq 1 ] || fail 2 'give the directory with client.key and client.pem'
directory=$1
: "${RENEW_DAYS:=30}" "${REVOKE_OLD_IDLE_DAYS:=7}" "${AFTER_RENEWAL:=}"
[ -n "${COUNTERSIGN_URL:-}" ] || fail 2 'set COUNTERSIGN_URL'
case $RENEW_DAYS$REVOKE_OLD_IDLE_DAYS in
  *[!0-9]*) fail 2 'RENEW_DAYS and REVOKE_OLD_IDLE_DAYS are whole numbers' ;;
esac
if [ -n "${COUNTERSIGN_API_KEY_FILE:-}" ]; then
  [ -r "$COUNTERSIGN_API_KEY_FILE" ] || fail 2 "cannot read $COUNTERSIGN_API_KEY_FILE"
  IFS= read -r COUNTERSIGN_API_KEY < "$COUNTERSIGN_API_KEY_FILE" || [ -n "$COUNTERSIGN_API_KEY" ] || fail 2 "$COUNTERSIGN_API_KEY_FILE is empty"
fi
[ -n "${COUNTERSIGN_API_KEY:-}" ] || fail 2 'set COUNTERSIGN_API_KEY_FILE'
for tool in openssl curl awk sed mktemp; do
  command -v "$tool" > /dev/null 2>&1 || fail 3 "$tool is not installed"
done
key=$directory/client.key
certificate=$directory/client.pem
[ -f "$key" ] && [ -f "$certificate" ] || fail 4 "there is no client.key and client.pem in $directory"
openssl x509 -in "$certificate" -noout 2> /dev/null || fail 4 "$certificate is no certificate"

if openssl x509 -in "$certificate" -noout -checkend "$((RENEW_DAYS * 86400))" > /dev/null; then
  say "nothing to do: it lasts until $(openssl x509 -in "$certificate" -noout -enddate | sed 's/^notAfter=//')"
  exit 0
fi

# Another run may be at work: a directory is made by one alone. What a run that was killed left, a day later, is removed.
lock=$directory/.renewing
if [ -n "$(find "$lock" -prune -mtime +0 2> /dev/null)" ]; then rm -rf "$lock"; fi
mkdir "$lock" 2> /dev/null || fail 5 "$lock is there: another renewal runs, or one was killed. Remove it if none runs"
trap 'rm -rf "$lock"' EXIT
trap 'exit 5' HUP INT TERM

# The key is given to curl on its standard input: what is on a command line, every user of the machine can read.
call() {
  printf 'header = "Authorization: Bearer %s"\n' "$COUNTERSIGN_API_KEY" |
    curl --silent --show-error --max-time 60 --config - --output "$lock/reply" --write-out '%{http_code}' "$@" 2> "$lock/error"
}
# One member of the reply, which is JSON on one line; quotes inside its text come out as apostrophes.
member() { sed -n "s/\\\\\"/'/g; s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" "$lock/reply" 2> /dev/null | awk 'NR == 1'; }
judge() {
  case $1 in
    20?) return 0 ;;
    429 | 5?? | 000 | '') fail 5 "the portal answered $1 to $2; nothing was changed here: $(cat "$lock/error") $(member detail)" ;;
    *) fail 6 "the portal refused to $2 ($1 $(member code)); nothing was changed here: $(member detail)" ;;
  esac
}

# ---- which of the account's certificates is installed here
fingerprint=$(openssl x509 -in "$certificate" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')
cursor=
id=
while [ -z "$id" ]; do
  status=$(call "$COUNTERSIGN_URL/api/v1/certificates?limit=100$cursor")
  judge "$status" 'list certificates'
  # The members of one certificate lie together, the id first.
  id=$(tr '{' '\n' < "$lock/reply" | sed -n "/\"sha256Fingerprint\":\"$fingerprint\"/s/.*\"id\":\"\\([^\"]*\\)\".*/\\1/p" | awk 'NR == 1')
  more=$(member nextCursor)
  [ -n "$id" ] || [ -n "$more" ] || fail 4 "$certificate is none of the certificates that this API key sees"
  cursor="&cursor=$more"
done

# ---- a new key, and a request that carries the old subject; those of a run that was cut short are used again, so that
# the portal gives the certificate it made then
next=$directory/next
if [ ! -f "$next/client.csr" ]; then
  rm -rf "$next" && mkdir "$next" || fail 4 "$next cannot be made"
  openssl ecparam -name prime256v1 -genkey -noout -out "$next/client.key" 2> /dev/null || fail 3 'openssl could not make a key'
  subject=$(openssl x509 -in "$certificate" -noout -subject -nameopt multiline,utf8,-esc_msb | sed -n '
    s/[\\\/+]/\\&/g
    s/^ *countryName *= */\/C=/p
    s/^ *stateOrProvinceName *= */\/ST=/p
    s/^ *localityName *= */\/L=/p
    s/^ *organizationName *= */\/O=/p
    s/^ *commonName *= */\/CN=/p' | tr -d '\n')
  openssl req -new -sha256 -utf8 -key "$next/client.key" -subj "$subject" -out "$next/client.csr.new" 2> "$lock/error" ||
    fail 4 "the subject of $certificate could not be taken over: $(cat "$lock/error")"
  mv "$next/client.csr.new" "$next/client.csr"
fi
request=$(awk '{ printf "%s\\n", $0 }' "$next/client.csr")
rule=
[ "$REVOKE_OLD_IDLE_DAYS" -eq 0 ] || rule=",\"revokeOldWhenIdleDays\":$REVOKE_OLD_IDLE_DAYS"
printf '{"csr":"%s"%s}' "$request" "$rule" > "$lock/body"

# ---- the renewal: the same Idempotency-Key for the same request, so that a retry is no second certificate
idempotency=$(openssl dgst -sha256 "$next/client.csr" | sed 's/.* //')
status=$(call --retry 3 --retry-connrefused --header 'Content-Type: application/json' \
  --header "Idempotency-Key: renew-$idempotency" --data-binary "@$lock/body" \
  "$COUNTERSIGN_URL/api/v1/certificates/$id/renewal")
case $(member code) in
  csr_rejected | public_key_in_use | idempotency_conflict) rm -rf "$next" ;;
esac
judge "$status" 'renew'
renewed=$(member id)
status=$(call "$COUNTERSIGN_URL/api/v1/certificates/$renewed/download?format=fullchain")
judge "$status" 'give the certificate'
mv "$lock/reply" "$lock/client.pem"

# ---- it fits the key and lasts longer, or nothing is installed
public_of() { openssl "$@" 2> /dev/null; }
[ "$(public_of x509 -in "$lock/client.pem" -noout -pubkey)" = "$(public_of pkey -in "$next/client.key" -pubout)" ] ||
  fail 7 'the certificate that came back is not of the key made here'
openssl x509 -in "$lock/client.pem" -noout -checkend 86400 > /dev/null ||
  fail 7 'the certificate that came back ends within a day'

# ---- install: the old pair is kept, and each file is replaced in one step
rm -rf "$directory/previous.new"
mkdir "$directory/previous.new" &&
  cp -p "$key" "$certificate" "$directory/previous.new/" &&
  rm -rf "$directory/previous" &&
  mv "$directory/previous.new" "$directory/previous" || fail 7 "the old pair could not be kept in $directory/previous"
# Owner and mode stay what they were: other users may have to read it.
replace() { cp -p "$2" "$2.new" && cat "$1" > "$2.new" && mv "$2.new" "$2"; }
replace "$next/client.key" "$key" && replace "$lock/client.pem" "$certificate" || {
  cp -p "$directory/previous/client.key" "$directory/previous/client.pem" "$directory/"
  fail 7 "the new pair could not be installed in $directory; the old one is back"
}
rm -rf "$next"
say "renewed: $renewed lasts until $(openssl x509 -in "$certificate" -noout -enddate | sed 's/^notAfter=//')"
[ -z "$AFTER_RENEWAL" ] || sh -c "$AFTER_RENEWAL" || fail 8 "the new certificate is installed, but failed: $AFTER_RENEWAL"
