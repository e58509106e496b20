<?php
// What must not leave the host, taken out of text.
//
// The same rules, in the same order, stand in redaction.py; a test holds both to one table and to random text.

/** Pattern and replacement, or the name of a function; in this order. */
function sr_logs_rules()
{
    static $rules = null;
    if ($rules === null) {
        $quoted = '\\\\"(?:[^"\\\\]++|\\\\(?!"))*+(?:\\\\")?|"(?:[^"\\\\]++|\\\\.)*+"?'
            . "|'(?:[^'\\\\]++|\\\\.|'')*+'?";
        $is = '(?:["\'\\\\\])[]|%5[BD]){0,4}\s{0,3}(?:=>|=|:(?!:)|%3[AD])\s{0,3}+';
        $rules = array();
        foreach (array_merge(sr_logs_rules_of_secrets($quoted, $is), sr_logs_rules_of_numbers()) as $rule) {
            $rules[] = array('/' . $rule[0] . '/siu', $rule[1]);
        }
    }
    return $rules;
}

/** What is known to be secret by its own form, or by what stands before it. */
function sr_logs_rules_of_secrets($quoted, $is)
{
    $alone = '(?<![A-Za-z0-9_])';
    $secret = '(?:pass(?:word|wd|wort|phrase|code)|pwd|secret|token'
        . '|(?:api|access|private|crypt|encryption|form|auth)[_-]?key'
        . '|sess(?:ion)?[_-]?(?:id|key)?|csrf|xsrf|nonce|signature|credential|cvv|cvc|card[_-]?n(?:umber|o)'
        . '|wordpress_(?:sec|logged_in))[A-Za-z0-9_-]{0,60}|(?:pass|key|auth|sid|sig)(?![A-Za-z])[0-9_-]{0,10}';
    $header = '(?:proxy[_-]|http[_-])?authorization|(?:set[_-]|http[_-])?cookie2?'
        . '|x[_-](?:api|auth|access)[_-](?:key|token)';
    $option = '--[a-z0-9-]{0,30}(?:user|host|name|dsn|e?mail|url|uri|pass|key|secret|token)[a-z0-9-]{0,20}';
    $client = '(' . $alone . '(?:mysql|mariadb)[a-z-]{0,8}\s(?:[^\n]{0,200}?\s)??';
    $listed = '\[[^\]]*+\]?|\{[^}]*+\}?';
    $value = '(?!(?:yes|no|true|false|null)(?![A-Za-z0-9_]))(?:' . $quoted . '|' . $listed . '|[^\s&"\'<>]+)';
    $prefix = '(?:[spr]k_(?:live|test)_|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|AIza|SG\.)';
    return array(
        array('-----BEGIN[A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END[A-Z ]{0,30}PRIVATE KEY-----|$)', '[private key]'),
        array('((?:' . $header . ')' . $is . ')(?!\[hidden\])(?:' . $quoted . '|[^\r\n"\'<>]+)', '$1[hidden]'),
        array($alone . '(bearer\s{1,3})(?!\[)[A-Za-z0-9._~+\/=-]{6,}', '$1[hidden]'),
        array($alone . '(basic\s{1,3})(?=[A-Za-z0-9+\/]*[0-9=])[A-Za-z0-9+\/]{8,}={0,2}', '$1[hidden]'),
        array($alone . 'eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?', '[token]'),
        array($alone . $prefix . '[A-Za-z0-9_.-]{10,}', '[token]'),
        array('\$(?:wp\$)?(?:2[abxy]|[PHS156]|argon2(?:id|i|d))\$[A-Za-z0-9.\/$=,+]{8,}', '[hash]'),
        array($alone . '(sess_)[A-Za-z0-9,-]{16,}', '$1[hidden]'),
        array('(:(?:\\\\?\/){2})[^\s\/?#"\'<>\\\\]+@', '$1[hidden]@'),
        array('(' . $option . '(?:=|%3D))(?:' . $quoted . '|[^\s"\'<>]+)', '$1[hidden]'),
        array('(--[a-z-]{0,20}pass(?:word)?\s{1,3})(?!-)[^\s"\'<>]+', '$1[hidden]'),
        array($client . '-p)[^\s"\'<>]+', '$1[hidden]'),
        array($client . '-u)[^\s"\'<>]+', '$1[hidden]'),
        array('(' . $alone . 'identified\s{1,3}by\s{1,3}(?:password\s{1,3})?)(?:' . $quoted . ')', '$1[hidden]'),
        array('((?<!' . $alone . 'no)(?:' . $secret . ')' . $is . ')' . $value, '$1[hidden]'), // not sudo's NOPASSWD:
        array('([\'"`])[^\'"`\s]{0,80}\1@([\'"`])[^\'"`\s]{0,255}\2', "'[hidden]'@'[hidden]'"),
    );
}

/** What names a person, a machine or an account, and what is too long and mixed to be anything but a key. */
function sr_logs_rules_of_numbers()
{
    $octet = '(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])';
    $three = '\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}';
    return array(
        array(
            '[^\s@<>"\'(),;:=&?\/\\\\\[\]{}|]{1,64}(?:@|%40)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{1,62}',
            '[e-mail]',
        ),
        array('(?<![A-Za-z0-9_:.])[0-9a-f]{0,4}:[0-9a-f:.]{1,45}(?![A-Za-z0-9_])', 'sr_logs_hide_ipv6'),
        array(
            '(?<![0-9.])(?!(?:127' . $three . '|0\.0\.0\.0)(?!\.?[0-9]))(?:' . $octet . '\.){3}' . $octet
                . '(?!\.?[0-9])',
            '[ip]',
        ),
        array('(?<![0-9])(?<![0-9]\.)[2-6](?:[ -]?[0-9]){12,18}(?![0-9])', 'sr_logs_hide_card'),
        array('(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])', '[hex]'),
        array(
            '(?<![A-Za-z0-9_])(?=[A-Za-z0-9_-]*[0-9])(?-i:(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[A-Z]))'
                . '[A-Za-z0-9_-]{40,}',
            '[token]',
        ),
    );
}

/** A payment card's number, known by its check digit. */
function sr_logs_hide_card($match)
{
    $sum = 0;
    foreach (str_split(strrev(preg_replace('/\D/', '', $match[0]))) as $place => $digit) {
        $digit = $place % 2 ? 2 * $digit : (int) $digit;
        $sum += $digit > 9 ? $digit - 9 : $digit;
    }
    return $sum % 10 === 0 ? '[card]' : $match[0];
}

/** An address, unless it is the loopback one or a PHP class and its method that look like one. */
function sr_logs_hide_ipv6($match)
{
    $whole = $match[0];
    foreach (array($whole, rtrim($whole, '.'), rtrim($whole, '.:')) as $text) {
        $shaped = strpos($text, '::') !== false || substr_count($text, ':') === 7;
        if ($text === '::1' || !$shaped || !preg_match('/[0-9]/', $text)) {
            continue;
        }
        if (@inet_pton($text) !== false) {
            return '[ip]' . substr($whole, strlen($text));
        }
    }
    return $whole;
}

/** The first $n characters of a valid UTF-8 text. */
function sr_logs_first($text, $n)
{
    if (strlen($text) <= $n) {
        return $text;
    }
    return preg_match('/^.{0,' . $n . '}/us', $text, $part) ? $part[0] : '';
}

/** Without what steers a terminal, hides or reorders text. */
function sr_logs_fit($text)
{
    $text = preg_replace('/\x1b(?:\[[0-?]*[ -\/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-_])/', '', $text);
    return preg_replace(
        '/[\x{00}-\x{08}\x{0b}-\x{1f}\x{7f}-\x{9f}\x{ad}\x{61c}\x{180e}\x{200b}-\x{200f}\x{2028}-\x{202e}'
            . '\x{2060}-\x{206f}\x{feff}\x{fff9}-\x{fffb}]/u',
        '',
        (string) $text
    );
}

/** At most $limit characters of a text, without personal data, secrets and characters that steer or hide. */
function sr_logs_redact($text, $limit = 1000)
{
    $text = (string) sr_logs_fit(sr_logs_first(sr_utf8($text), $limit * 8));
    if (sr_logs_first($text, $limit * 4) !== $text) {
        $text = sr_logs_first($text, max($limit * 4 - 400, 0));
        $tail = preg_match('/^.*?(.{0,400})$/us', $text, $part) ? $part[1] : '';
        $text = strpos($tail, ' ') !== false ? substr($text, 0, strrpos($text, ' ')) : $text;
    }
    for ($pass = 0; $pass < 5; $pass++) {
        $before = $text;
        foreach (sr_logs_rules() as $rule) {
            $text = function_exists($rule[1])
                ? preg_replace_callback($rule[0], $rule[1], $text)
                : preg_replace($rule[0], $rule[1], $text);
            if ($text === null) {
                return '[withheld: it could not be redacted]';
            }
        }
        $text = sr_logs_first($text, $limit) === $text ? $text : sr_logs_first($text, $limit - 1) . "\xe2\x80\xa6";
        if ($text === $before) {
            break;
        }
    }
    return $text;
}
