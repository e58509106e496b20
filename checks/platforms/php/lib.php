<?php
// What every platform's PHP stands on: registration, answers, careful reading of files, safe text.
//
// PHP 5.6 syntax up to 8.4. Nothing of the site is included, evaluated or written. The files of this folder are joined
// in the order lib, static, expressions, functions, database, the platforms, the logs reader, main, and streamed to one
// PHP process a site. Functions start with sr_, classes with Sr.
//
//   sr_platform($name, array('recognise' => callable, 'facts' => callable, 'logs' => callable))
//       recognise($root, $options) -> array('root' => realpath, …) or null when it is something else; it reads the
//       configuration once and keeps what facts and logs need. facts($site, SrAnswer $out). logs($site) -> sources.
//       `$options`: array('host' => the host name of the site's URL, …).
//   sr_read($path, $limit)     the first $limit bytes of a regular file, or null; then sr_why($path) says why
//   sr_cause($path)            the code of that cause, one of checks.Cause
//   sr_list($path)             sorted names in a folder, or null; then sr_why($path) says why
//   sr_permission_remedy($path)    the remedy that would make it readable
//   sr_remedy($code, $values)      a remedy; the sentence to the code stands in checks/remedies.py
//   sr_utf8, sr_cap, sr_unserialize, sr_dotenv

error_reporting(0);

/** Something that could not be had: why, what would change that, and the code of the cause. */
class SrGap
{
    public $reason;
    public $remedy;
    public $cause;

    public function __construct($reason, $remedy = '', $cause = 'other')
    {
        $this->reason = $reason;
        $this->remedy = $remedy;
        $this->cause = $cause;
    }
}

/** What one site says of itself, as it is gathered; fields as in the dataclasses of facts.py, dates as unix ints. */
class SrAnswer
{
    const MOST = 6000;

    public $software = array();
    public $accounts = array();
    public $gaps = array('software' => array(), 'accounts' => array(), 'logs' => array());
    private $known = array();

    /** One installed thing: kind, key, name, version, and what else is known of it. */
    public function software(array $fields)
    {
        $this->add('software', 'kind key', $fields);
    }

    /** One account: login, id, name, email, roles, powers, created, evidence, and what else is known of it. */
    public function account(array $fields)
    {
        $this->add('accounts', 'id login', $fields);
    }

    /** A part of an area ('software', 'accounts', 'logs') that could not be seen; one an item. */
    public function gap($area, $item, $reason, $remedy = '', $cause = 'other')
    {
        foreach ($this->gaps[$area] as $i => $before) {
            if ($before['item'] === sr_cap($item, 200)) {
                $more = strpos($before['reason'], $reason) === false ? '; ' . $reason : '';
                $this->gaps[$area][$i]['reason'] = sr_cap($before['reason'] . $more, 900);
                return;
            }
        }
        if (count($this->gaps[$area]) < 200) {
            $this->gaps[$area][] = array('item' => sr_cap($item, 200), 'reason' => sr_cap($reason, 900),
                'remedy' => sr_cap($remedy, 900), 'cause' => $cause);
        }
    }

    /** A part of an area that stands in a file or folder which could not be read just now. */
    public function unread($area, $item, $path)
    {
        $this->gap($area, $item, sr_why($path), sr_permission_remedy($path), sr_cause($path));
    }

    private function add($area, $identity, array $fields)
    {
        $key = $area;
        foreach (explode(' ', $identity) as $name) {
            $key .= "\0" . (isset($fields[$name]) ? $fields[$name] : '');
        }
        if (isset($this->known[$key])) {
            return;
        }
        if (count($this->$area) >= self::MOST) {
            $why = 'more than ' . self::MOST . ' were found; the rest were left out';
            $this->gap($area, 'too-many', $why, '', 'too-much');
            return;
        }
        $this->known[$key] = true;
        $list = &$this->$area;
        $list[] = sr_capped($fields);
    }
}

/** What is known for the length of one run. */
class SrRun
{
    public static $platforms = array();
    public static $why = array();
    public static $causes = array();
    public static $owners = array();
    public static $astray = false;  // a link on the way to the root leads to what is another's
}

function sr_platform($name, array $parts)
{
    SrRun::$platforms[$name] = $parts;
}

/** A text as valid UTF-8; what was not becomes U+FFFD. */
function sr_utf8($text)
{
    $text = (string) $text;
    if (preg_match('//u', $text)) {
        return $text;
    }
    return htmlspecialchars_decode(htmlspecialchars($text, ENT_NOQUOTES | ENT_SUBSTITUTE, 'UTF-8'), ENT_NOQUOTES);
}

/** A text as valid UTF-8 of at most $n bytes, cut between characters. */
function sr_cap($text, $n)
{
    $text = (string) $text;
    if (strlen($text) > $n) {
        while ($n > 0 && (ord($text[$n]) & 0xC0) === 0x80) {
            $n--;
        }
        $text = substr($text, 0, $n);
    }
    $text = sr_utf8($text);
    return strlen($text) > 3 * $n ? substr($text, 0, $n) : $text;
}

/** The same value with every text in it capped and valid. */
function sr_capped($value, $n = 400, $depth = 0)
{
    if (is_string($value)) {
        return sr_cap($value, $n);
    }
    if (!is_array($value) || $depth > 6) {
        return is_scalar($value) ? $value : null;
    }
    $capped = array();
    foreach ($value as $key => $inner) {
        $capped[is_string($key) ? sr_cap($key, $n) : $key] = sr_capped($inner, $n, $depth + 1);
    }
    return $capped;
}

/** The value as one JSON document in ASCII, whatever bytes are in it. */
function sr_json($value)
{
    $text = json_encode(sr_valid($value), JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_UNESCAPED_SLASHES);
    return is_string($text) ? $text : '{}';
}

/** The same value with every text in it, keys too, as valid UTF-8; objects and resources become null. */
function sr_valid($value)
{
    if (is_string($value)) {
        return sr_utf8($value);
    }
    if (!is_array($value)) {
        return is_scalar($value) ? $value : null;
    }
    $valid = array();
    foreach ($value as $key => $inner) {
        $valid[is_string($key) ? sr_utf8($key) : $key] = sr_valid($inner);
    }
    return $valid;
}

/** A serialized PHP value (arrays, scalars, stdClass), or null. No other class is ever built. */
function sr_unserialize($text)
{
    if (!is_string($text) || $text === '' || strlen($text) > 16777216) {
        return null;
    }
    if (PHP_VERSION_ID < 70000 && preg_match('/(^|[;{}])[OC]:\+?[0-9]+:"(?!stdClass")/i', $text)) {
        return null;
    }
    if (preg_match('/(^|[;{}])C:\+?[0-9]+:"/', $text)) {
        return null;
    }
    $value = PHP_VERSION_ID < 70000
        ? @unserialize($text)
        : @unserialize($text, array('allowed_classes' => array('stdClass')));
    return $value === false && $text !== 'b:0;' ? null : $value;
}

/** Why the last reading of a path gave nothing: "permission denied: PATH (owner U:G, mode 0640)". */
function sr_why($path)
{
    return isset(SrRun::$why[$path]) ? SrRun::$why[$path] : sr_absence($path);
}

/** The code of the cause for which the last reading of a path gave nothing. */
function sr_cause($path)
{
    return isset(SrRun::$causes[$path]) ? SrRun::$causes[$path] : sr_absence_cause($path);
}

function sr_note($path, $reason, $cause = null)
{
    SrRun::$why[$path] = $reason;
    SrRun::$causes[$path] = $cause === null ? sr_absence_cause($path) : $cause;
    return null;
}

/** "U:G" of a path, names where the host tells them. */
function sr_owner($path)
{
    $uid = @fileowner($path);
    $gid = @filegroup($path);
    $user = function_exists('posix_getpwuid') && $uid !== false ? @posix_getpwuid($uid) : false;
    $group = function_exists('posix_getgrgid') && $gid !== false ? @posix_getgrgid($gid) : false;
    return array($user ? $user['name'] : (string) $uid, $group ? $group['name'] : (string) $gid);
}

/** The account this runs as. */
function sr_user()
{
    if (function_exists('posix_geteuid')) {
        $user = @posix_getpwuid(posix_geteuid());
        return $user ? $user['name'] : (string) posix_geteuid();
    }
    return get_current_user();
}

/** The nearest thing on the way to a path that can be looked at: the path itself, or the folder that bars the way. */
function sr_barrier($path)
{
    clearstatcache();
    while (!@file_exists($path) && !@is_link($path) && $path !== '/' && $path !== '.' && $path !== '') {
        $path = dirname($path);
    }
    return $path;
}

/** Why a path that is not there, or not readable, is so. */
function sr_absence($path)
{
    $barrier = sr_barrier($path);
    $blocked = $barrier === $path ? !@is_readable($path) : (@is_dir($barrier) && !@is_executable($barrier));
    if (@is_link($barrier) && !@file_exists($barrier)) {
        return 'a link that leads nowhere, or where ' . sr_user() . ' may not look: ' . $barrier;
    }
    if (!$blocked) {
        return $barrier === $path ? 'cannot be read: ' . $path : 'not found: ' . $path;
    }
    list($user, $group) = sr_owner($barrier);
    $mode = sprintf('%04o', @fileperms($barrier) & 07777);
    $said = 'permission denied: ' . $path . ' (';
    return $said . ($barrier === $path ? '' : 'in ' . $barrier . ', ') . "owner $user:$group, mode $mode)";
}

/** The code of why a path that is not there, or not readable, is so. */
function sr_absence_cause($path)
{
    $barrier = sr_barrier($path);
    if (@is_link($barrier) && !@file_exists($barrier)) {
        return 'not-found';
    }
    $blocked = $barrier === $path ? !@is_readable($path) : (@is_dir($barrier) && !@is_executable($barrier));
    return $blocked ? 'no-permission' : ($barrier === $path ? 'other' : 'not-found');
}

/** Whether a path is kept from this account, rather than missing. */
function sr_denied($path)
{
    return sr_cause($path) === 'no-permission';
}

/** A remedy on the wire: a code of checks/remedies.py with values; one that no line can hold is left out. */
function sr_remedy($code, array $values = array())
{
    foreach ($values as $name => $value) {
        $code .= preg_match('/^[^\s=]{1,200}$/D', $value) ? " $name=$value" : '';
    }
    return $code;
}

/** Whether a link on the way to a path was made by anybody but root, who decides what it leads to. */
function sr_is_linked($path)
{
    for ($part = $path; $part !== '/' && $part !== '.' && $part !== ''; $part = dirname($part)) {
        $link = @is_link($part) ? @lstat($part) : false;
        if ($link && $link['uid'] !== 0) {
            return true;
        }
    }
    return false;
}

/** Whether a link on the way to a folder leads to what is not its own maker's. */
function sr_leads_astray($path)
{
    for ($part = $path; $part !== '/' && $part !== '.' && $part !== ''; $part = dirname($part)) {
        $link = @is_link($part) ? @lstat($part) : false;
        $target = $link ? @stat($part) : false;
        if ($link && $link['uid'] !== 0 && (!$target || $target['uid'] !== $link['uid'])) {
            return true;
        }
    }
    return false;
}

/** The remedy that would make a path readable; '' where permissions are not what is wrong. None for a link's target. */
function sr_permission_remedy($path)
{
    if (!sr_denied($path)) {
        return '';
    }
    $barrier = sr_barrier($path);
    if (SrRun::$astray || sr_is_linked($barrier)) {
        return 'no-link';
    }
    list($user, $group) = sr_owner($barrier);
    $self = sr_user();
    if ($user === $self) {
        return sr_remedy('owner-read', array('account' => $user, 'path' => $barrier));
    }
    if ($user === 'root') { // a web server's account reads it by its group
        $reads = (@fileperms($barrier) & 040) && function_exists('posix_getpwnam') && @posix_getpwnam($group);
        $user = $reads ? $group : $user;
    }
    if ($user === 'root') {
        return sr_remedy('group-read', array('group' => $group, 'path' => $barrier, 'self' => $self));
    }
    $php = defined('PHP_BINARY') && PHP_BINARY !== '' ? PHP_BINARY : '/usr/bin/php';
    return sr_remedy('run-as', array('account' => $user, 'self' => $self, 'php' => $php, 'group' => $group));
}

/** Whether a text is an absolute path, and no address of one of PHP's stream wrappers. */
function sr_is_path($path)
{
    return is_string($path) && $path !== '' && $path[0] === '/' && strpos($path, "\0") === false;
}

/** The first $limit bytes of a regular file, or null after noting why. */
function sr_read($path, $limit = 2097152)
{
    unset(SrRun::$why[$path], SrRun::$causes[$path]);
    if (!sr_is_path($path)) {
        return sr_note($path, 'not an absolute path: ' . $path, 'not-found');
    }
    clearstatcache();
    if (!@file_exists($path) || !@is_readable($path)) {
        return sr_note($path, sr_absence($path));
    }
    if (!@is_file($path)) {
        return sr_note($path, 'not a regular file: ' . $path, 'not-found');
    }
    $stream = @fopen($path, 'rb');
    $text = $stream ? @stream_get_contents($stream, $limit) : false;
    if ($stream) {
        fclose($stream);
    }
    return $text === false ? sr_note($path, sr_absence($path)) : $text;
}

/** The names in a folder, sorted, without . and .., at most 5,000; or null after noting why. */
function sr_list($path)
{
    unset(SrRun::$why[$path], SrRun::$causes[$path]);
    if (!sr_is_path($path) || !@is_dir($path)) {
        return @file_exists($path)
            ? sr_note($path, 'not a folder: ' . $path, 'not-found')
            : sr_note($path, sr_absence($path));
    }
    $folder = @opendir($path);
    if (!$folder) {
        return sr_note($path, sr_absence($path));
    }
    $names = array();
    while (($name = readdir($folder)) !== false && count($names) < 5000) {
        if ($name !== '.' && $name !== '..') {
            $names[] = $name;
        }
    }
    closedir($folder);
    sort($names, SORT_STRING);
    return $names;
}

/** The variables of a dotenv file, with ${REF} resolved among themselves; array() where it cannot be read. */
function sr_dotenv($path)
{
    $text = sr_read($path, 262144);
    $found = array();
    foreach (preg_split('/\r\n|\r|\n/', (string) $text) as $line) {
        if (!preg_match('/^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*)$/', $line, $part)) {
            continue;
        }
        $found[$part[1]] = sr_dotenv_value(trim($part[2]), $found);
    }
    return $found;
}

/** One value of a dotenv file: '…' is literal; "…" and bare text know ${REF}; bare text ends at a comment. */
function sr_dotenv_value($text, array $known)
{
    if (preg_match("/^'([^']*)'/", $text, $part)) {
        return $part[1];
    }
    if (preg_match('/^"((?:[^"\\\\]|\\\\.)*)"/s', $text, $part)) {
        $escapes = array('\\n' => "\n", '\\r' => "\r", '\\t' => "\t", '\\"' => '"', '\\\\' => '\\', '\\$' => "\0");
        $text = strtr($part[1], $escapes);
    } else {
        $text = rtrim((string) preg_replace('/(^|\s)#.*$/', '', $text));
    }
    $text = preg_replace_callback('/\$\{([A-Za-z0-9_.]+)\}/', function ($part) use ($known) {
        return isset($known[$part[1]]) ? $known[$part[1]] : $part[0];
    }, $text);
    return str_replace("\0", '$', (string) $text);
}
