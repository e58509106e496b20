"""What is secret or personal in text, as one table: redaction.py uses it here, and hands it to the PHP on the host.

Each pattern is written for both Python's `re` and PCRE, matches case-insensitively over line ends, and begins where it
can begin only once in a run of characters, so that no text makes it slower than its length.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Sort(Enum):
    """What a rule hides, which decides where it is hidden."""

    SECRET = "secret"  # noqa: S105  # a word
    PERSON = "person"
    ADDRESS = "address"  # of a machine: a visitor's in a log, our own host's in a finding
    OPAQUE = "opaque"  # long and mixed, and so maybe a key: in a finding, mostly a fingerprint or an identifier


@dataclass(frozen=True, slots=True)
class Rule:
    """What stands for what the pattern matches: a template with groups, or the name of a function of both languages."""

    sort: Sort
    pattern: str
    template: str = ""
    function: Literal["", "card", "ipv6", "iban", "email"] = ""
    needs: tuple[str, ...] = ()  # in small letters: without any of them in a text, the pattern is not tried


_ALONE = "(?<![A-Za-z0-9_])"
_SLASH = r"\\?/"
_QUOTED = r'\\"(?:[^"\\]++|\\(?!"))*+(?:\\")?|"(?:[^"\\]++|\\.)*+"?' + r"|'(?:[^'\\]++|\\.|'')*+'?"
_LISTED = r"\[[^\]]*+\]?|\{[^}]*+\}?"
_IS = r"""(?:["'`\\\])[]|%5[BD]|&quot;){0,4}\s{0,3}(?:=>|=|:(?!:)|%3[AD])\s{0,3}+(?:&quot;)?"""
_SALTED = "(?:auth|logged[_-]?in|nonce|hash|crypt|password|secure)"
_KEYS = (
    "api|access|private|crypt|encryption|form|auth|account|storage|master|primary|secondary|subscription|service"
    "|consumer|licen[cs]e|merchant|integration|signing|shared|logged[_-]?in|install|app|webhook|recovery"
)
_NAMES = (
    rf"(?:pass(?:word|wd|wort|phrase|code)|pwd|secret|token|(?:{_KEYS})[_-]?key|{_SALTED}[_-]?salt"
    r"|sess(?:ion)?[_-]?(?:id|key|token)|sess(?:ion)?(?=[\"'`\])]{0,2}\s{0,3}(?:=|%3D))|csrf|xsrf|nonce|signature|credential|cvv|cvc|card[_-]?n(?:umber|o)"
    r"|(?:security|verification|backup|access|auth|reset|activation|confirmation|one[_-]?time)[_-]?code|otp|iban"
    r"|wordpress_(?:sec|logged_in)|wordpress_(?=[0-9a-f]{32})|wp-postpass|wp_woocommerce_session|woocommerce_cart_hash"
    r"|exp_(?:sessionid|csrf_token|tracker|anon|remember)|mage-cache-sessid|x-magento-vary|persistent_shopping_cart"
    r"|remember_(?:me|web|token)|laravel_session|frontend_cid|comment_author)[A-Za-z0-9_-]{0,60}"
    r"|(?<!array )(?<!cache )(?<!foreign )(?<!primary )(?<!unique )(?<!index )(?<!sort )(?<!host )(?<!public )"
    r"(?<!mon)(?<!don)(?<!tur)(?<!hoc)(?<!joc)(?<!whis)(?<!com)(?<!by)(?<!tres)(?<!over)(?<!o)"
    r"(?:pass|key|auth|sid|sig)(?![A-Za-z])[0-9_-]{0,10}|salt(?![A-Za-z])"
)
_NEEDED = (
    *("pass", "pwd", "secret", "token", "key", "salt", "sess", "csrf", "xsrf", "nonce", "sig", "credential", "cvv"),
    *("cvc", "card", "code", "otp", "iban", "wordpress_", "woocommerce", "exp_", "magento", "mage-", "shopping_cart"),
    *("remember_", "frontend_cid", "comment_author", "auth", "sid"),
)
_SETTING = r"(?:db|mysql|smtp|ftp|mail|redis|s3|aws|wp)_(?:user(?:name)?|name|host|pass(?:wd)?|login|dsn)"
_NO = "(?<![A-Za-z0-9_])no"  # sudo's NOPASSWD: is followed by a command
_HEADER = (
    r"(?:proxy[_-]|http[_-])?authorization|(?:set[_-]|http[_-])?cookie2?"
    r"|x[_-](?:[a-z]{2,12}[_-])?(?:api|auth|access)[_-](?:key|token)"
)
_OPTION = (
    r"(?<![A-Za-z0-9-])--[a-z0-9-]{0,30}(?:user|host|name|dsn|e?mail|url|uri|pass|key|secret|token)[a-z0-9-]{0,20}"
)
_WORDS = (
    "yes|no|none|true|false|null|nil|undefined|empty|unknown|invalid|expired|missing|required|mismatch|mismatched"
    "|incorrect|wrong|not|is|was|has|must|should|cannot|could|may|failed|failure|error|ok|denied|rejected|revoked"
    "|the|a|an|for|from|in|of|on|to|and|or|with|too|already|provided|given|found|changed|reset|optional|unexpected"
)
_PLAIN = rf"(?!(?:{_WORDS})[.,;:!?]*(?:[\s\"'<>)\]}}&]|$))"
_VALUE = rf"{_PLAIN}(?:{_QUOTED}|{_LISTED}|[^\s&\"'<>]+)"
_WORD = rf"(?:{_QUOTED}|[^\s\"'<>]+)"
_TOOLS = "|".join(
    rf"(?:{names})(?![A-Za-z0-9_.])(?:[^\n]{{0,200}}?\s)?-(?-i:{options})"
    for names, options in (
        ("mysql[a-z_-]{0,8}|mariadb[a-z-]{0,8}|mydumper", r"[pu]|u\s|p(?=['\"])"),
        ("curl|lftp|ncftp[a-z]{0,3}|mosquitto_[ps]ub", r"[uU]\s?|P\s"),
        ("sshpass|7z[ar]?|rar|unrar", "p"),
        ("sshpass|mongo[a-z]{0,7}|docker|podman|htpasswd|http|xfreerdp|ipmitool|n98-magerun2?", r"[pPu]\s"),
        ("redis-cli|http|https|valkey-cli", r"a\s"),
        ("ldap[a-z]{3,9}", r"[wyD]\s?"),
        ("smbclient|rpcclient|mount[.]cifs|ipmitool|psql", r"[UP]\s?"),
        ("zip|unzip", r"P\s?"),
        ("snmp[a-z]{2,9}", r"[cAX]\s?"),
    )
)
_TLD = (
    r"(?!(?:png|jpe?g|gif|webp|svg|css|js|php|service|socket|timer|target|slice|scope|mount|path|device)(?![A-Za-z]))"
)
_LABELS = rf"(?:[A-Za-z0-9¡-퟿-]{{1,63}}+\.)+{_TLD}[A-Za-z¡-퟿][A-Za-z0-9¡-퟿-]{{1,62}}"
_LOCAL = r"[^\s@\uff20%<>\"'(),;:=&?/\\\[\]{}|#]"
_AT = r"(?:@|\uff20|%(?:25)?40|&#0*64;|&#x0*40;|&commat;|\\u0040|\s?[(\[{]at[)\]}]\s?)"
_DOTS = r"(?:[A-Za-z0-9-]{1,63}(?:\.|\s?[(\[{]dot[)\]}]\s?)){1,8}[A-Za-z]{2,20}"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_GAP = r"(?:[ .\-_/+\u00a0\u2009\u2010-\u2015]|%20|&nbsp;){1,2}"
_FILE = r"\[internal function\]|[^\n(]{1,300}\([0-9]{1,7}\)"
_CALLS = (
    r"(?:[A-Za-z0-9_\\]{0,60}(?:->|::))?(?:mysqli?_(?:p|real_)?connect|real_connect|mysqli|PDO|__construct|connect"
    r"|wp_(?:authenticate|signon|check_password|hash_password|set_password|create_user|insert_user)"
    r"|password_(?:verify|hash)|ldap_bind|bind|ftp_login|imap_open|ssh2_auth_password|openssl_[a-z_]{3,30}|hash_hmac"
    r"|crypt|md5|sha1|authenticate[a-z]{0,20}|login[a-z]{0,20}|(?:set|validate|change|reset|check|verify|create)"
    r"(?:password|token|hash)[a-z]{0,20}|setauth[a-z]{0,10}|putenv)"
)
_LINK = (
    r"(?:reset|recover|forgot|lost|confirm|activat|verif|invit|magic|unsubscrib|createpassword|setpassword|rp|oauth)"
    r"[A-Za-z_-]{0,30}"
)
_LINK_QUERY = "rp_key|reset|code|hash|h|t|tk|ticket|jwt|id_token|verify|confirm|confirmation|activation|invite|sv|se|st"
_PREFIXES = (
    r"[spr]k_(?:live|test)_|whsec_|gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt|oas|imt|ft|soat|agent)-|xox[abeprs]-"
    r"|xapp-|AKIA|ASIA|AIza|ya29\.|GOCSPX-|SG\.|xkeysib-|xsmtpsib-|mlsn\.|npm_|pypi-|dop_v1_|doo_v1_|shp(?:at|ca|pa|ss)_"
    r"|sq0[a-z]{3}-|sk-(?:ant-|proj-)?|hf_|NRAK-|NRII-|access_token\$|dckr_pat_|PMAK-|lin_api_|AGE-SECRET-KEY-1|hvs\."
    r"|hvb\.|dp\.pt\.|rubygems_|CFPAT-|pscale_|tskey-|figd_"
)
_HOOKS = (
    rf"hooks\.slack\.com{_SLASH}[a-z]{{3,12}}{_SLASH}",
    rf"discord(?:app)?\.com{_SLASH}api{_SLASH}(?:v[0-9]{{1,2}}{_SLASH})?webhooks{_SLASH}",
    rf"webhook\.office\.com{_SLASH}",
    rf"outlook\.office(?:365)?\.com{_SLASH}webhook{_SLASH}",
    rf"hooks\.zapier\.com{_SLASH}hooks{_SLASH}",
    rf"api\.telegram\.org{_SLASH}bot",
    rf"hook\.[a-z0-9]{{1,8}}\.make\.com{_SLASH}",
    rf"maker\.ifttt\.com{_SLASH}trigger{_SLASH}",
    rf"chat\.googleapis\.com{_SLASH}v1{_SLASH}",
    rf"hc-ping\.com{_SLASH}",
    rf"mattermost[a-z0-9.-]{{0,60}}{_SLASH}hooks{_SLASH}",
    rf"logic\.azure\.com[^\s{{}}]{{0,10}}{_SLASH}workflows{_SLASH}",
)

_SECRETS = (
    Rule(
        Sort.SECRET,
        r"-----BEGIN[A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END[A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|$)",
        "[private key]",
        needs=("-----begin",),
    ),
    Rule(
        Sort.SECRET,
        rf"(\#[0-9]{{1,4}} (?:{_FILE}): [^\n(]{{1,200}}\()(?=[^\n]{{0,300}}['\"])(?!\[hidden\])"
        r"[^\n]*?(?=\)?\s*(?:$|\n|\#[0-9]{1,4} ))",
        r"\1[hidden]",
        needs=("#",),
    ),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}(?:{_CALLS})\()(?=\s?['\"])[^\n)]*",
        r"\1[hidden]",
        needs=("('", '("', "( '", '( "'),
    ),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}(?:define|putenv|setenv|const)\s{{0,3}}\(?\s{{0,3}}(['\"])(?:[A-Za-z0-9_]{{0,40}}?(?:{_NAMES})"
        rf"|{_SETTING})\2\s{{0,3}},\s{{0,3}}){_WORD}",
        r"\1[hidden]",
        needs=("define", "putenv", "setenv", "const"),
    ),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}values?\s{{0,3}}\()(?=\s{{0,3}}(?:['\"]|null|[0-9]{{1,20}}\s{{0,3}},))[^\n]*",
        r"\1[hidden])",
        needs=("value",),
    ),
    Rule(
        Sort.SECRET,
        rf"(s:[0-9]{{1,4}}:\\?\"[^\"\\;]{{0,40}}?(?:{_NAMES})\\?\";s:[0-9]{{1,7}}:\\?\")[^\"\\]*+",
        r"\1[hidden]",
        needs=("s:",),
    ),
    Rule(
        Sort.SECRET,
        rf"(<[A-Za-z0-9_.:-]{{0,40}}?(?:{_NAMES})(?:\s[^<>]{{0,200}})?>\s{{0,10}}(?:<!\[CDATA\[)?)(?!\[hidden\])[^<\]\s][^<\]]*",
        r"\1[hidden]",
        needs=("<",),
    ),
    Rule(
        Sort.SECRET,
        rf"((?:{_HEADER}){_IS})(?!\[hidden\])(?:{_QUOTED}|[^\r\n\"'<>]+)",
        r"\1[hidden]",
        needs=("authorization", "cookie", "key", "token"),
    ),
    Rule(
        Sort.SECRET,
        rf"{_ALONE}(bearer\s{{1,3}})(?=[A-Za-z0-9._~+/=-]*[0-9]|[A-Za-z._~+/=-]{{20}})[A-Za-z0-9._~+/=-]{{6,}}",
        r"\1[hidden]",
        needs=("bearer",),
    ),
    Rule(
        Sort.SECRET,
        rf"{_ALONE}((?:basic|negotiate|digest)\s{{1,3}})(?=[A-Za-z0-9+/]*[0-9=])[A-Za-z0-9+/]{{8,}}={{0,2}}",
        r"\1[hidden]",
        needs=("basic", "negotiate", "digest"),
    ),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}auth\s{{1,3}}(?:plain|login|cram-md5|digest-md5|ntlm|xoauth2|oauthbearer)\s{{1,3}})"
        r"(?=[A-Za-z0-9+/]*(?:[0-9=]|(?-i:[a-z][A-Z])))[A-Za-z0-9+/]{4,}={0,2}",
        r"\1[hidden]",
        needs=("auth",),
    ),
    Rule(Sort.SECRET, r"((?:^|[\n:>\"'])\s?(?-i:PASS)\s{1,2})(?!\[)[^\s\"'<>]+", r"\1[hidden]", needs=("pass",)),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}[a-z]{{1,4}}[0-9]{{1,6}}\s(?-i:LOGIN)\s{{1,2}})(?!\[hidden\])[^\n]+",
        r"\1[hidden]",
        needs=("login",),
    ),
    Rule(
        Sort.SECRET,
        rf"{_ALONE}eyJ[A-Za-z0-9_-]{{5,}}\.[A-Za-z0-9_-]{{5,}}(?:\.[A-Za-z0-9_-]*)?",
        "[token]",
        needs=("eyj",),
    ),
    Rule(
        Sort.SECRET,
        rf"{_ALONE}(?-i:{_PREFIXES})(?=[A-Za-z0-9_.$-]{{0,100}}[0-9])[A-Za-z0-9_.$-]{{10,}}",
        "[token]",
    ),
    Rule(Sort.SECRET, rf"{_ALONE}key-[0-9a-f]{{32}}(?![0-9a-z])", "[token]", needs=("key-",)),
    Rule(Sort.SECRET, rf"{_ALONE}re_[A-Za-z0-9]{{8}}_[A-Za-z0-9]{{24}}(?![0-9a-z])", "[token]", needs=("re_",)),
    Rule(Sort.SECRET, r"(?<![A-Za-z0-9])[0-9a-f]{32}-us[0-9]{1,2}(?![0-9])", "[token]", needs=("-us",)),
    Rule(Sort.SECRET, rf"{_ALONE}(?-i:SK|AC)[0-9a-f]{{32}}(?![0-9a-z])", "[token]", needs=("sk", "ac")),
    Rule(Sort.SECRET, r"(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}", "[token]", needs=(":aa",)),
    Rule(
        Sort.SECRET,
        rf"((?:{'|'.join(_HOOKS)}))(?!\[hidden\])[^\s\"'<>]+",
        r"\1[hidden]",
        needs=("hook", "telegram", "googleapis", "ifttt", "hc-ping", "azure"),
    ),
    Rule(
        Sort.SECRET,
        r"\$(?:wp\$)?(?:2[abxy]?|[15-7PHSyA]|gy|apr1|argon2(?:id|i|d)|scrypt|sha1|md5|pbkdf2[a-z0-9-]{0,10}"
        r"|bcrypt-sha256)\$[A-Za-z0-9./$=,+_-]{8,}",
        "[hash]",
        needs=("$",),
    ),
    Rule(
        Sort.SECRET,
        r"\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2[A-Z0-9-]{0,10}|BLF-CRYPT|ARGON2ID?)\}[A-Za-z0-9+/=$.,]{8,}",
        "[hash]",
        needs=("}",),
    ),
    Rule(
        Sort.SECRET,
        rf"{_ALONE}(?:pbkdf2[_:]sha[0-9]{{1,3}}|bcrypt|argon2|sha1|sha256)[$:][0-9a-z=,]{{1,40}}[$:][A-Za-z0-9+/=$:._-]{{16,}}",
        "[hash]",
        needs=("pbkdf2", "bcrypt", "argon2", "sha"),
    ),
    Rule(
        Sort.SECRET,
        r"(?<![0-9a-z])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}):(?=[A-Za-z0-9+/=_.-]{2,64}(?![A-Za-z0-9+/=_.-]))"
        r"[A-Za-z0-9+/=_.-]{2,64}(?::[0-9]{1,3}(?:_[0-9]{1,10}){0,3})?",
        "[hash]",
        needs=(":",),
    ),
    Rule(Sort.SECRET, r"(?<![A-Za-z0-9*])\*[0-9A-F]{40}(?![0-9A-Za-z])", "[hash]", needs=("*",)),
    Rule(Sort.SECRET, rf"{_ALONE}(sess_)[A-Za-z0-9,-]{{16,}}", r"\1[hidden]", needs=("sess_",)),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}(?:frontend|adminhtml|admin)(?:=|%3D|\" => \"))(?=[A-Za-z0-9,-]*[0-9])[A-Za-z0-9,-]{{16,}}",
        r"\1[hidden]",
        needs=("frontend", "admin"),
    ),
    Rule(Sort.SECRET, r"(:(?:\\?/){2})[^\s/?#\"'<>\\@]++@", r"\1[hidden]@", needs=("@",)),
    Rule(Sort.SECRET, rf"({_OPTION}(?:=|%3D)){_WORD}", r"\1[hidden]", needs=("--",)),
    Rule(
        Sort.SECRET,
        r"((?<![A-Za-z0-9-])--[a-z-]{0,20}(?:pass(?:word|phrase|wd)?|secret|token|api-?key|username|user|auth)\s{1,3})"
        rf"(?!-|\[hidden\]){_PLAIN}{_WORD}",
        r"\1[hidden]",
        needs=("--",),
    ),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}(?:{_TOOLS}))(?!-|\[hidden\]){_WORD}",
        r"\1[hidden]",
        needs=(" -p", " -u", " -a", " -w", " -y", " -d", " -c", " -x"),
    ),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}htpasswd\s[^\n]{{0,100}}?-[a-z]*b[a-z]*\s\S+\s)(?!\[hidden\])[^\n]+",
        r"\1[hidden]",
        needs=("htpasswd",),
    ),
    Rule(Sort.SECRET, rf"({_ALONE}pass(?:in|out)?:)(?!\s|\[hidden\])[^\s\"'<>]{{3,}}", r"\1[hidden]", needs=("pass",)),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}identified\s{{1,3}}(?:by|with\s{{1,3}}[a-z0-9_]{{1,40}}\s{{1,3}}(?:by|as))\s{{1,3}}(?:password\s{{1,3}})?)(?:{_QUOTED})",
        r"\1[hidden]",
        needs=("identified",),
    ),
    Rule(Sort.SECRET, rf"((?<!{_NO})(?:{_NAMES}){_IS}){_VALUE}", r"\1[hidden]", needs=_NEEDED),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}pass(?:word|phrase|code|wd)\s{{1,3}}(?:is\s{{1,3}}|was\s{{1,3}}|of\s{{1,3}})?[\"'`]?)(?=[^\s\"'`]*[0-9])"
        r"[^\s\"'`<>()\[\]]{5,}",
        r"\1[hidden]",
        needs=("pass",),
    ),
    Rule(
        Sort.SECRET,
        rf"({_ALONE}set\s{{1,3}}password(?:\s{{1,3}}for\s{{1,3}}[^\s=]{{1,100}})?\s{{0,3}}=\s{{0,3}})(?!\[hidden\]){_WORD}",
        r"\1[hidden]",
        needs=("set",),
    ),
    Rule(
        Sort.SECRET,
        r"((?:/|%2F)(?:token|code|hash|secret|rp_token|key|nonce|signature|confirmation)(?:/|%2F))"
        r"(?=[A-Za-z0-9_~.-]*[0-9])[A-Za-z0-9_~-]{8,}",
        r"\1[hidden]",
        needs=("/", "%2f"),
    ),
    Rule(
        Sort.SECRET,
        rf"((?:/|%2F){_LINK}(?:/|%2F)(?:[a-z_-]{{1,20}}(?:/|%2F)){{0,3}})(?=[A-Za-z0-9_~.-]*[0-9])[A-Za-z0-9_~-]{{8,}}",
        r"\1[hidden]",
        needs=("/", "%2f"),
    ),
    Rule(
        Sort.SECRET,
        rf"((?:[?&;]|%3F|%26|&amp;)(?:{_LINK_QUERY})(?:=|%3D))(?=[A-Za-z0-9_~.%-]*[0-9])[A-Za-z0-9_~.%+/-]{{8,}}",
        r"\1[hidden]",
        needs=("=", "%3d"),
    ),
)

_PERSONS = (
    Rule(Sort.PERSON, r"(['\"`])[^'\"`\s]{0,80}\1@(['\"`])[^'\"`\s]{0,255}\2", "'[hidden]'@'[hidden]'", needs=("@",)),
    Rule(Sort.PERSON, rf"(?<![^\s<>,;:=(])\"[^\"@\n]{{1,64}}\"@{_LABELS}", function="email", needs=("@",)),
    Rule(
        Sort.PERSON,
        rf"(?<!{_LOCAL}){_LOCAL}++{_AT}(?:{_LABELS}|\[(?:ipv6:)?[0-9a-f.:]{{3,45}}\])",
        function="email",
        needs=("@", "\uff20", "%40", "%2540", "40;", "64;", "u0040", "commat", "at)", "at]", "at}"),
    ),
    Rule(Sort.PERSON, rf"(?<!{_LOCAL}){_LOCAL}++{_AT}{_DOTS}", function="email", needs=("dot)", "dot]", "dot}")),
    Rule(
        Sort.PERSON,
        r"(?<![A-Za-z0-9])(?-i:[A-Z]{2}[0-9]{2}(?:[ .-]?[A-Z0-9]{4}){2,7}(?:[ .-]?[A-Z0-9]{1,3})?)(?![A-Za-z0-9])",
        function="iban",
    ),
    Rule(
        Sort.PERSON,
        r"(?<![A-Za-z0-9.+])\+[1-9][0-9]{0,2}(?:[ .()/-]{0,3}[0-9]){6,13}"
        r"(?![0-9:.])(?!\s?(?:m?s|%|bytes|[KMG]i?B)(?![A-Za-z]))",
        "[phone]",
        needs=("+",),
    ),
    Rule(
        Sort.PERSON,
        r"(?<![A-Za-z0-9.+:/-])00[1-9][0-9]{1,2}[ ./-](?:[ .()/-]{0,3}[0-9]){6,12}(?![0-9:.])",
        "[phone]",
        needs=("00",),
    ),
    Rule(
        Sort.PERSON,
        rf"({_ALONE}(?:tele?phone?|phone|mobile|handy|fax|tel|msisdn|sms)(?:[_ ]?(?:n(?:umber|o|r)))?\.?"
        rf"(?:{_IS}|\s)[\"'(]{{0,2}})"
        r"(?=[0-9])(?:[ .()/-]{0,3}[0-9]){7,14}(?![0-9:])",
        r"\1[phone]",
        needs=("phone", "tel", "mobile", "handy", "fax", "msisdn", "sms"),
    ),
    Rule(Sort.PERSON, r"(?<![0-9])(?<![0-9]\.)[2-6](?:[ -]?[0-9]){12,18}(?![0-9])", function="card"),
    Rule(
        Sort.PERSON,
        rf"(?<![0-9])[2-6][0-9]{{3}}{_GAP}(?:[0-9]{{4}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{1,7}}|[0-9]{{6}}{_GAP}[0-9]{{4,5}})(?![0-9])",
        function="card",
    ),
)

_OTHERS = (
    Rule(
        Sort.ADDRESS,
        r"(?<![A-Za-z0-9_:.])[0-9a-f]{0,4}:[0-9a-f:.]{1,45}(?![A-Za-z0-9_])",
        function="ipv6",
        needs=("::", ":"),
    ),
    Rule(
        Sort.ADDRESS,
        r"(?<![0-9.])(?!(?:127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|0\.0\.0\.0)(?!\.?[0-9]))"
        rf"(?:{_OCTET}\.){{3}}{_OCTET}(?!\.?[0-9])",
        "[ip]",
        needs=(".",),
    ),
    Rule(Sort.ADDRESS, rf"(?<![0-9.])(?:{_OCTET}\[\.\]){{3}}{_OCTET}(?![0-9])", "[ip]", needs=("[.]",)),
    Rule(Sort.ADDRESS, rf"(?<![0-9-])(?:{_OCTET}-){{3}}{_OCTET}(?=[.-][A-Za-z])", "[ip]", needs=("-",)),
    Rule(Sort.OPAQUE, r"(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])", "[hex]"),
    Rule(
        Sort.OPAQUE,
        r"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]*[0-9])(?-i:(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[A-Z]))[A-Za-z0-9_-]{40,}",
        "[token]",
    ),
)

RULES: tuple[Rule, ...] = (*_SECRETS, *_PERSONS, *_OTHERS)
"""All of them, in the order in which they are used."""
