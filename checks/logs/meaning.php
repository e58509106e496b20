<?php
// What a record says: PHP's own word for its gravity, the exception's class, the message without what changes from one
// time to the next, and the file it points at.

/** One thing that happened. The message is the host's own text until it was masked and redacted. */
class SrLogMeaning
{
    public $level = '';  // the format's own word: "error", "critical", "crit", "warn"
    public $type = '';  // PHP's word, where there is one: "fatal error", "warning"; it outranks the level
    public $class = '';  // of an exception
    public $uncaught = false;
    public $shown = false;  // a visitor was shown an error page
    public $message = '';
    public $file = '';
    public $also = array();  // what else the same thing is called: messages of outer exceptions
}

/** The things a record tells of: one, or several where a web server joined PHP's messages. */
function sr_logs_meanings($level, $said)
{
    $said = sr_logs_unwrap($said);
    $parts = preg_split('/(?:(?:NOTICE: )?PHP message: )/', $said);
    if (count($parts) > 1) {
        array_shift($parts);
    }
    $meanings = array();
    foreach (array_slice($parts, 0, 10) as $part) {
        $part = trim($part, "; \t\n");
        if ($part !== '' || count($parts) === 1) {
            $meanings[] = sr_logs_meaning($level, $part);
        }
    }
    return $meanings;
}

/** A message without what the web server or PHP-FPM put around it. */
function sr_logs_unwrap($said)
{
    if (preg_match('/^\[pool [^\]]{1,80}\] child \d+ said into std(?:err|out): "(.*)/s', $said, $part)) {
        return preg_replace('/"(?:, pipe is closed)?\s*$/D', '', $part[1]);
    }
    if (preg_match('/^FastCGI sent in stderr: "(.*)/s', $said, $part)) {
        $end = strrpos($part[1], '" while ');
        return $end === false ? $part[1] : substr($part[1], 0, $end);
    }
    if (preg_match("/^AH01071: Got error '(.*)/s", $said, $part)) {
        $said = preg_replace("/'(?:, referer: .*)?$/sD", '', $part[1]);
    } else {
        $said = preg_replace('/, client: [^"\n]*?, server: .*$/sD', '', $said);
    }
    // Apache writes line ends out.
    $php = strpos($said, 'PHP ') === 0 || strpos($said, 'PHP message: ') !== false;
    return $php ? str_replace('\n', "\n", $said) : $said;
}

function sr_logs_meaning($level, $said)
{
    $meaning = new SrLogMeaning();
    $meaning->level = $level;
    $meaning->shown = strpos($said, '"report_id":"') !== false;
    if (preg_match('/ CONTEXT: \{.*?"file":"((?:[^"\\\\]|\\\\.){1,400})"/s', $said, $part)) {
        $meaning->file = stripslashes($part[1]);
    }
    $said = preg_replace('/ CONTEXT: \{.*$/sD', '', $said);
    if (preg_match('/^(?:PHP )?Severity: (?:E_)?([A-Za-z_ ]{3,30}?)\s*--> ?(.*)$/s', $said, $part)) {
        $meaning->type = sr_logs_severity_word($part[1]);
        $said = preg_replace('# (/\S+) (\d+)$#D', ' in $1:$2', $part[2]);
    }
    $said = sr_logs_php_type($meaning, $said);
    if (strpos($said, 'WordPress database error ') === 0) {
        $meaning->level = $meaning->level === '' ? 'error' : $meaning->level;
    }
    sr_logs_parts($meaning, $said);
    return $meaning;
}

/** A PHP error type as the log writes it, in lower case; '' for anything else. */
function sr_logs_type($text)
{
    $known = 'fatal error|parse error|catchable fatal error|recoverable fatal error|core error|compile error|warning'
        . '|core warning|compile warning|notice|strict standards|deprecated|unknown error|exception';
    $text = preg_replace('/^(?:user|php) /', '', strtolower(trim($text)));
    return preg_match('/^(?:' . $known . ')$/D', $text) ? $text : '';
}

/** The PHP error type behind ExpressionEngine's word for it: "E_WARNING", "Error", "Runtime Notice". */
function sr_logs_severity_word($word)
{
    $text = preg_replace('/^user /', '', str_replace('_', ' ', strtolower($word)));
    $short = array(
        'error' => 'fatal error',
        'parse' => 'parse error',
        'parsing error' => 'parse error',
        'strict' => 'strict standards',
        'runtime notice' => 'strict standards',
        'recoverable error' => 'recoverable fatal error',
    );
    return sr_logs_type(isset($short[$text]) ? $short[$text] : $text);
}

/** Takes "PHP Fatal error:  Uncaught X: " and the like off the message and notes what they say. */
function sr_logs_php_type(SrLogMeaning $meaning, $said)
{
    $thrown = '/^[\'"]?((?:[A-Za-z_]\w*\\\\)*(?:\w*(?:Exception|Error)))[\'"]?(?: with message [\'"]|: )(.*)$/s';
    for ($turn = 0; $turn < 4; $turn++) {
        if (preg_match('/^(?:PHP )?([A-Z][a-z]+(?: [a-z]+){0,2}|Strict Standards):\s+(.*)$/s', $said, $part)
            && sr_logs_type($part[1]) !== '' && ($meaning->type === '' || $turn === 0)) {
            $meaning->type = sr_logs_type($part[1]) === 'exception' ? $meaning->type : sr_logs_type($part[1]);
            $meaning->class = sr_logs_type($part[1]) === 'exception' ? 'Exception' : $meaning->class;
            $said = $part[2];
        } elseif (preg_match('/^(PHP )?Uncaught (?:exception )?(.*)$/is', $said, $part)) {
            $meaning->uncaught = true;
            $said = $part[2];
        } elseif ($meaning->class === '' && preg_match($thrown, $said, $part)) {
            $meaning->class = $part[1];
            $said = $part[2];
        } else {
            break;
        }
    }
    return $said;
}

/** Splits what is left into the message, the file it points at, and what outer exceptions call it. */
function sr_logs_parts(SrLogMeaning $meaning, $said)
{
    if (preg_match_all('/^Next ([A-Za-z_][\w\\\\]*): (.*(?:\n.*)?)/m', $said, $next)) {
        foreach (array_slice($next[2], 0, 3) as $text) {
            $meaning->also[] = preg_replace('# in /\S.*$#s', '', sr_logs_opening($text));
        }
    }
    $message = sr_logs_opening(ltrim($said));
    $thrown = '/^((?:[A-Za-z_]\w*\\\\)*\w*(?:Exception|Error)): (.*)$/';
    if ($meaning->class === '' && preg_match($thrown, $message, $part)) {
        $meaning->class = $part[1];
        $message = $part[2];
    }
    $place = '#\sin (/.+?|[\w./-]+\.ph\w+)(?:\(\d+\)| on line \d+|:\d+)(?=\s|$|"|\()#';
    if (preg_match($place, $message, $part, PREG_OFFSET_CAPTURE)) {
        $meaning->file = $meaning->file === '' ? $part[1][0] : $meaning->file;
        $message = substr($message, 0, $part[0][1]);
    }
    $message = preg_replace('/, called$/', '', $message);
    $message = preg_replace('/^([^\']*)\'$/', '$1', $message);  // "with message '…'", as PHP 5 had it
    $message = preg_replace('/(?:, query was: | for query ).*$/s', '', $message);
    $message = preg_replace('/\s(?:\{.*\}|\[\])\s(?:\{.*\}|\[\])\s*$/D', '', $message);
    $meaning->message = trim((string) preg_replace('/\s\{".*$/', '', (string) $message));
    if ($meaning->message === '') {
        $meaning->message = trim(substr($said, 0, 300));
    }
}

/** The first line of a text; one that ends in a colon goes on in the next. */
function sr_logs_opening($text)
{
    $lines = explode("\n", $text, 3);
    $open = isset($lines[1]) && preg_match('/:\s*$/D', $lines[0]);
    return $open && !preg_match('/^(?:#\d|Stack trace|Next )/', $lines[1])
        ? rtrim($lines[0]) . ' ' . $lines[1]
        : $lines[0];
}

/** A message without what changes from one time to the next: markup, paths to the site, quoted parts, numbers. */
function sr_logs_mask($text, array $roots)
{
    $text = preg_replace('/<[^<>]{1,300}>/', '', substr($text, 0, 2000));
    $text = str_replace($roots, '', $text);
    $text = preg_replace('/"[^"]*+"|(?<!\w)\'[^\']*+\'|`[^`]*+`/', '*', $text);
    $text = preg_replace('/\b(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b/i', '*', $text);
    $text = preg_replace('/\b(?=\w*\d[A-Za-z_]+\d)\w{12,}\b/', '*', $text);
    $text = preg_replace('/\d+/', '#', $text);
    return trim(preg_replace('/\s+/', ' ', $text));
}

/** A file below the site's root, as it is called whatever the release; without numbers that change. */
function sr_logs_place($path, array $roots)
{
    foreach ($roots as $root) {
        if ($root !== '' && strpos($path, $root) === 0) {
            return str_replace('\\', '/', substr($path, strlen($root)));
        }
    }
    return preg_replace('#/releases/[^/]+/#', '/releases/*/', str_replace('\\', '/', $path));
}
