<?php
// What must not leave the host, taken out of text.
//
// The rules are redaction_rules.py's table, which redaction.py writes as sr_logs_rules(): one table for both languages.

/** A payment card's number, known by its check digit. */
function sr_logs_hide_card($match)
{
    $sum = 0;
    $digits = preg_replace('/%20|[^0-9]/', '', $match[0]);
    if (strlen($digits) < 13 || strlen($digits) > 19) {
        return $match[0];
    }
    foreach (str_split(strrev($digits)) as $place => $digit) {
        $digit = $place % 2 ? 2 * $digit : (int) $digit;
        $sum += $digit > 9 ? $digit - 9 : $digit;
    }
    return $sum % 10 === 0 ? '[card]' : $match[0];
}

/** A bank account, known by its check digits (ISO 7064, 97-10). */
function sr_logs_hide_iban($match)
{
    $text = preg_replace('/[ .-]/', '', $match[0]);
    $rest = 0;
    foreach (str_split(substr($text, 4) . substr($text, 0, 4)) as $char) {
        $value = (int) base_convert($char, 36, 10);
        $rest = ($rest * ($value > 9 ? 100 : 10) + $value) % 97;
    }
    return strlen($text) >= 15 && strlen($text) <= 34 && $rest === 1 ? '[iban]' : $match[0];
}

function sr_logs_hide_email()
{
    return '[e-mail]';
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

/** Whether any of the words is in the text, or none is needed: a pattern costs more than looking for them. */
function sr_logs_needed($needs, $text)
{
    foreach ($needs as $need) {
        if (stripos($text, $need) !== false) {
            return true;
        }
    }
    return !$needs;
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
            if (!sr_logs_needed($rule[3], $before)) {
                continue;
            }
            $text = $rule[2] !== ''
                ? preg_replace_callback($rule[0], $rule[2], $text)
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
