<?php
// Reads a PHP configuration file by its tokens, without ever running it.
//
//   $read = sr_static($path, $given, $constants)
//       null when it cannot be read (sr_why($path) says why), else an array:
//       'constants' (name => value), 'variables' (name without $ => value), 'return' (null without one),
//       'requires' (list of array('path', 'line', 'followed')), 'ini' (what ini_set() was told),
//       'environment' (names asked for and not known),
//       'opaque' ('' or why something included could not be read).
//   $given: names and values of the environment ($_ENV, $_SERVER, getenv); HTTP_HOST too, where it is known.
//   $constants: what is defined before the file is read.
//   A value that only the running site knows is an SrUnknown with its reason; it may stand anywhere inside arrays.
//   sr_pick($value, array('db', 'host'), $default) walks into arrays: a value, an SrUnknown, or the default.

/** A value that cannot be known without running the site. `unset` says that for all we see it is not set at all. */
class SrUnknown
{
    public $reason;
    public $unset;

    public function __construct($reason, $unset = false)
    {
        $this->reason = $reason;
        $this->unset = $unset;
    }
}

/** A file that is beyond this reader. */
class SrStaticError extends Exception
{
}

/** Where the reader stands in one file, and what it has learnt. */
class SrReading
{
    const DEEPEST = 220;

    public $types = array();
    public $texts = array();
    public $lines = array();
    public $at = 0;
    public $end = 0;
    public $path;
    public $given = array();
    public $constants = array();
    public $variables = array();
    public $return = null;
    public $requires = array();
    public $ini = array(); // what ini_set() was told
    public $environment = array();
    public $opaque = '';
    public $maybe = 0; // inside something that may or may not run
    public $dead = 0; // inside something that does not run
    public $depth = 0;
    public $files = 1; // read on the way, included ones too

    public function type($ahead = 0)
    {
        $at = $this->at + $ahead;
        return $at < $this->end ? $this->types[$at] : null;
    }

    public function text($ahead = 0)
    {
        $at = $this->at + $ahead;
        return $at < $this->end ? $this->texts[$at] : '';
    }

    public function line()
    {
        return $this->at < $this->end ? $this->lines[$this->at] : ($this->end ? $this->lines[$this->end - 1] : 0);
    }

    public function take($type)
    {
        if ($this->type() !== $type) {
            return false;
        }
        $this->at++;
        return true;
    }

    public function unknown($what, $unset = false)
    {
        return new SrUnknown("$what in {$this->path} line " . $this->line(), $unset && $this->opaque === '');
    }
}

/** The file's tokens without blanks and comments; names lose their namespaces, tags become semicolons. */
function sr_tokens(SrReading $s, $text)
{
    $blank = array(T_WHITESPACE => 1, T_COMMENT => 1, T_DOC_COMMENT => 1);
    $ends = array(T_OPEN_TAG => 1, T_CLOSE_TAG => 1, T_INLINE_HTML => 1);
    $names = array();
    foreach (array('T_NAME_QUALIFIED', 'T_NAME_FULLY_QUALIFIED', 'T_NAME_RELATIVE') as $name) {
        if (defined($name)) {
            $names[constant($name)] = 1;
        }
    }
    $line = 1;
    $n = 0;
    foreach (token_get_all($text) as $token) {
        $type = is_array($token) ? $token[0] : $token;
        $said = is_array($token) ? $token[1] : $token;
        $line = is_array($token) ? $token[2] : $line;
        if (isset($blank[$type])) {
            continue;
        }
        if (isset($ends[$type])) {
            $type = $said = ';';
        } elseif (isset($names[$type])) {
            $type = T_STRING;
            $said = substr($said, strrpos($said, '\\') + 1);
        } elseif ($type === T_NS_SEPARATOR) {
            $n -= $n > 0 && $s->types[$n - 1] === T_STRING ? 1 : 0;
            continue;
        }
        $s->types[$n] = $type;
        $s->texts[$n] = $said;
        $s->lines[$n] = $line;
        $n++;
    }
    $s->end = $n;
}

/** What a PHP configuration file says; see the top of this file. */
function sr_static($path, array $given = array(), array $constants = array())
{
    $s = new SrReading();
    $s->given = $given;
    $s->constants = $constants;
    if (!sr_static_into($s, $path)) {
        return null;
    }
    return array(
        'constants' => $s->constants,
        'variables' => $s->variables,
        'return' => $s->return,
        'requires' => $s->requires,
        'ini' => $s->ini,
        'environment' => array_keys($s->environment),
        'opaque' => $s->opaque,
        'path' => $s->path,
    );
}

/** Reads one file into a reading; false after noting why it could not. */
function sr_static_into(SrReading $s, $path)
{
    if (!function_exists('token_get_all')) {
        $why = "PHP's tokenizer extension is missing, so that $path cannot be read without running it";
        sr_note($path, $why, 'no-program');
        return false;
    }
    $text = sr_read($path);
    if ($text === null) {
        return false;
    }
    if (strlen($text) >= 2097152) {
        sr_note($path, "too long to be a configuration (2 MiB or more): $path", 'too-much');
        return false;
    }
    $real = realpath($path);
    $s->path = $real ? $real : $path;
    sr_tokens($s, $text);
    try {
        while ($s->at < $s->end) {
            sr_statement($s);
        }
    } catch (SrStaticError $error) {
        sr_note($path, $error->getMessage() . ": $path");
        return false;
    }
    return true;
}

/** Walks into arrays by keys. */
function sr_pick($value, array $keys, $default = null)
{
    foreach ($keys as $key) {
        if ($value instanceof SrUnknown) {
            return $value;
        }
        if (!is_array($value) || !array_key_exists($key, $value)) {
            return $default;
        }
        $value = $value[$key];
    }
    return $value;
}
