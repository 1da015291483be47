/** The part of the check script that is the same for everybody; check-script.ts puts names and words before it. */
export const CHECK_BODY = String.raw`
usage() {
  echo "usage: sh check-$ENVIRONMENT.sh CERTIFICATE KEY [CA]"
  echo '  CERTIFICATE  PEM: your certificate first, then the issuing CA'
  echo '  KEY          PEM: the private key; it is read here, and never sent or printed'
  echo '  CA           PEM: the CA of the host, where machines do not trust it already'
  echo 'KEY_PASSPHRASE, API_CLIENT and API_PASSWORD are taken from the environment; what is missing is asked for.'
}
ok() { printf 'ok     %s\n' "$1"; }
note() { printf 'note   %s\n' "$1"; }
# Every fault ends the script: what comes after it could only mislead.
fault() {
  status=$1
  printf 'FAULT  %s\n' "$2"
  printf '       %s\n' "$3"
  exit "$status"
}
ask() {
  if [ ! -t 0 ]; then return 1; fi
  printf '%s: ' "$1" >&2
  stty -echo
  IFS= read -r answer
  stty echo
  echo >&2
  printf '%s' "$answer"
}
first_certificate() { openssl x509 -in "$cert" "$@" 2>/dev/null; }

if [ $# -lt 2 ] || [ "$1" = -h ] || [ "$1" = --help ]; then
  usage
  exit 2
fi
cert=$1
key=$2
ca=${'$'}{3-}

# ---- tools and files
for tool in openssl curl awk date; do
  command -v "$tool" >/dev/null 2>&1 || fault 10 "$tool is not installed." "Install it, and run this again."
done
for file in "$cert" "$key" ${'$'}{ca:+"$ca"}; do
  [ -r "$file" ] || fault 11 "$file cannot be read." "Check the path, and that this user may read the file."
done

# ---- certificate
if grep -q 'PRIVATE KEY' "$cert"; then
  fault 12 "$cert holds a private key." "Give the certificate first and the key second, in files of their own."
fi
if grep -q 'CERTIFICATE REQUEST' "$cert"; then
  fault 12 "$cert is a signing request (CSR), not a certificate." "Upload it in the portal, and download the certificate issued for it."
fi
if ! grep -q 'BEGIN CERTIFICATE' "$cert"; then
  if openssl x509 -inform DER -in "$cert" -noout 2>/dev/null; then
    fault 12 "$cert is a certificate in DER." "Download the full chain in PEM, or convert it: openssl x509 -inform DER -in $cert -out client.pem"
  fi
  fault 12 "$cert is no certificate." "Download the full chain in PEM from the portal."
fi
first_certificate -noout || fault 12 "The first certificate in $cert is damaged." "Download it again."
if first_certificate -noout -text | grep -q 'CA:TRUE'; then
  fault 13 "The first certificate in $cert is a CA's, not yours." "Put your own certificate first, then the issuing CA: the full chain of the portal is in that order."
fi
ok "certificate $(first_certificate -noout -subject | sed 's/^subject= *//'), $(first_certificate -noout -serial)"

moment() {
  # "Nov 21 08:00:05 2026 GMT" as 20261121080005: every date of the same length compares as a number.
  echo "$1" | awk '{ m = index("JanFebMarAprMayJunJulAugSepOctNovDec", $1); split($3, t, ":"); printf "%04d%02d%02d%02d%02d%02d", $4, (m + 2) / 3, $2, t[1], t[2], t[3] }'
}
now=$(date -u +%Y%m%d%H%M%S)
starts=$(first_certificate -noout -startdate | sed 's/^notBefore=//')
ends=$(first_certificate -noout -enddate | sed 's/^notAfter=//')
if [ "$(moment "$starts")" -gt "$now" ]; then
  fault 21 "The certificate is valid from $starts only, and this machine's clock says $(date -u)." "Set the clock. If it is right, wait until then."
fi
if [ "$(moment "$ends")" -le "$now" ]; then
  fault 20 "The certificate ended on $ends." "Renew it in the portal, and install the new one."
fi
ok "valid until $ends"
if ! first_certificate -noout -purpose | grep -q '^SSL client : Yes'; then
  fault 22 "The certificate does not allow client authentication." "Issue one in the portal, or have your CA add the clientAuth usage."
fi
environment=$(first_certificate -noout -text | sed -n 's/.*URI:urn:countersign:account:[A-Za-z0-9_-]*:\([a-z]*\).*/\1/p' | head -n 1)
if [ -n "$environment" ] && [ "$environment" != "$ENVIRONMENT" ]; then
  fault 23 "This is a $environment certificate, and $HOST is the $ENVIRONMENT host." "Use the host of its environment, or a $ENVIRONMENT certificate."
fi
if [ "$(grep -c 'BEGIN CERTIFICATE' "$cert")" -lt 2 ]; then
  note "$cert has your certificate alone. Some clients and proxies want the issuing CA after it: download the full chain."
fi

# ---- key
grep -q 'PRIVATE KEY' "$key" || fault 31 "$key is no private key in PEM." "Give the file that you made the signing request with."
passphrase=${'$'}{KEY_PASSPHRASE-}
if grep -q 'ENCRYPTED' "$key"; then
  if [ -z "$passphrase" ]; then
    passphrase=$(ask "Passphrase of $key") || fault 30 "$key has a passphrase, and none was given." "Set KEY_PASSPHRASE, or run this on a terminal."
  fi
fi
export CHECK_PASSPHRASE="$passphrase"
open_key() { openssl pkey -in "$key" -passin env:CHECK_PASSPHRASE "$@" 2>/dev/null; }
if ! open_key -noout; then
  if grep -q 'ENCRYPTED' "$key"; then
    fault 30 "The passphrase does not open $key." "Try again; nobody but you has it. If it is lost, make a new key and request."
  fi
  fault 31 "$key is damaged." "Restore it, or make a new key and request."
fi
of_key=$(open_key -pubout -outform DER | openssl dgst -sha256)
of_cert=$(first_certificate -noout -pubkey | openssl pkey -pubin -outform DER 2>/dev/null | openssl dgst -sha256)
if [ "$of_key" != "$of_cert" ]; then
  fault 32 "Key and certificate do not belong together." "Use the key that the request of this certificate was made with."
fi
ok 'the key opens, and belongs to the certificate'

# ---- the way to the host
reach() { curl -sS -o /dev/null --connect-timeout 10 --max-time 20 ${'$'}{ca:+--cacert "$ca"} "$@" 2>&1; }
said=$(reach "https://$HOST:$PORT/")
case $? in
  5 | 6) fault 40 "The name $HOST cannot be resolved here." "Check the name, and this machine's DNS and proxy settings." ;;
  7 | 28) fault 41 "$HOST port $PORT cannot be reached." "Let this machine connect there: the portal's firewall page has the addresses." ;;
  51 | 60)
    case $said in
      *'does not match'* | *'no alternative certificate'*)
        fault 43 "The host answers, but its certificate is for another name than $HOST." "Call the host by the name in the portal, not by an address." ;;
      *) fault 42 "This machine does not trust the certificate of $HOST." "Give the CA of the host as third argument: the portal's Connect page has it. Never use -k." ;;
    esac ;;
esac
ok "$HOST port $PORT answers, and is who it says"

# A clock that is minutes off breaks what comes next: certificates and signatures are valid for a time.
server=$(curl -sSI --max-time 10 ${'$'}{ca:+--cacert "$ca"} "$CLOCK_URL" 2>/dev/null | tr -d '\r' | sed -n 's/^[Dd]ate: [A-Za-z]*, *//p')
if [ -n "$server" ]; then
  there=$(moment "$(echo "$server" | awk '{ print $2, $1, $4, $3 }')")
  skew=$(awk -v a="$now" -v b="$there" 'function s(x) { return ((substr(x, 1, 4) * 372 + substr(x, 5, 2) * 31 + substr(x, 7, 2)) * 24 + substr(x, 9, 2)) * 3600 + substr(x, 11, 2) * 60 + substr(x, 13, 2) } BEGIN { d = s(a) - s(b); print d < 0 ? -d : d }')
  if [ "$skew" -gt 300 ]; then
    fault 24 "The clock of this machine is $skew seconds off: here $(date -u), there $server." "Set the clock, for example with NTP."
  fi
  ok 'the clock is right'
else
  note 'The clock could not be compared.'
fi

# ---- the call
client=${'$'}{API_CLIENT-$CLIENT}
password=${'$'}{API_PASSWORD-}
if [ -z "$password" ]; then password=$(ask "Password of $client") || password=; fi
quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }
# Secrets go to curl by its standard input: a command line can be read by everybody on this machine.
answer=$(
  {
    printf 'user = "%s:%s"\n' "$(quoted "$client")" "$(quoted "$password")"
    [ -z "$passphrase" ] || printf 'pass = "%s"\n' "$(quoted "$passphrase")"
  } | curl -sS -K - --connect-timeout 10 --max-time 30 ${'$'}{ca:+--cacert "$ca"} --cert "$cert" --key "$key" \
    -w '\n%{http_code}' "https://$HOST:$PORT$TEST_PATH" 2>&1
)
code=$?
http=$(printf '%s' "$answer" | tail -n 1)
reason=$(printf '%s' "$answer" | tr -d '\n' | sed -n 's/.*"code" *: *"\([a-z_]*\)".*/\1/p')
if [ "$http" = 200 ]; then
  ok "the call passed: you are connected to $ENVIRONMENT as $client"
  exit 0
fi
if [ -n "$reason" ]; then explain "$reason"; fi
if [ "$http" = 401 ]; then
  fault 51 "The edge took your certificate; the API refused the password of $client (401)." "Check the password. mTLS is in addition to it."
fi
if [ "$code" -ne 0 ]; then
  fault 52 "The host ended the TLS connection when it saw the certificate." "It is not known there, was revoked, or is suspended with its account: the portal says which, under Connect and Activity, by serial $(first_certificate -noout -serial | sed 's/serial=//')."
fi
fault 53 "The host answered $http." "Look under Activity in the portal."
`;
