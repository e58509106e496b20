<?php
// Names in a configuration file, for the reader in static.php: constants, calls of harmless functions, included files.

/** A name: a constant, a call, or something of a class. */
function sr_name(SrReading $s)
{
    $name = $s->text();
    $lower = strtolower($name);
    if ($lower === 'static' || $lower === 'fn' || $lower === 'match') {
        return sr_rare($s, $lower === 'static' ? T_FUNCTION : T_STRING, $lower);
    }
    $s->at++;
    if ($s->type() === '(') {
        return sr_call($s, $lower, sr_arguments($s));
    }
    if ($s->take(T_DOUBLE_COLON)) {
        return sr_class_member($s, $name);
    }
    $fixed = array('true' => true, 'false' => false, 'null' => null);
    if (array_key_exists($lower, $fixed)) {
        return $fixed[$lower];
    }
    return sr_constant($s, $name);
}

/** A constant that the file, or what came before it, has defined; or one that is the same everywhere. */
function sr_constant(SrReading $s, $name)
{
    if (array_key_exists($name, $s->constants)) {
        return $s->constants[$name];
    }
    $same = array('DIRECTORY_SEPARATOR' => '/', 'PATH_SEPARATOR' => ':', 'PHP_EOL' => "\n", 'PHP_SAPI' => 'fpm-fcgi',
        'PHP_OS' => 'Linux', 'PHP_OS_FAMILY' => 'Linux', 'E_ALL' => E_ALL, 'MYSQLI_CLIENT_COMPRESS' => 32,
        'MYSQLI_CLIENT_SSL' => 2048, 'MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT' => 64);
    return array_key_exists($name, $same) ? $same[$name] : $s->unknown("the constant $name");
}

/** A member of a class; only Bedrock's Config::define and Config::get say something here. */
function sr_class_member(SrReading $s, $class)
{
    $member = $s->text();
    $s->at++;
    if (strtolower($member) === 'class') {
        return $class;
    }
    if ($s->type() !== '(') {
        return $s->unknown("$class::$member");
    }
    $arguments = sr_arguments($s);
    if ($class === 'Config' && isset($arguments[0]) && is_string($arguments[0])) {
        if ($member === 'get') {
            return sr_constant($s, $arguments[0]);
        }
        if ($member === 'define' && !$s->dead) { // the last one counts: constants are only made of them in the end
            unset($s->constants[$arguments[0]]);
            return sr_set_constant($s, $arguments[0], isset($arguments[1]) ? $arguments[1] : null);
        }
    }
    return $s->unknown("a call of $class::$member()");
}

/** The arguments of a call, in order; what is spread or beyond following is an SrUnknown. */
function sr_arguments(SrReading $s)
{
    $arguments = array();
    $s->take('(');
    while ($s->at < $s->end && $s->type() !== ')' && count($arguments) < 5000) {
        $before = $s->at;
        if ($s->type() === T_STRING && $s->type(1) === ':') {
            $s->at += 2;
        }
        $s->take(T_ELLIPSIS);
        $arguments[] = sr_expression($s, 0);
        if (!$s->take(',') && $s->type() !== ')') {
            $arguments[count($arguments) - 1] = $s->unknown('an argument');
            while ($s->at < $s->end && !in_array($s->type(), array(')', ';', '}'), true)) {
                sr_skip_one($s);
            }
            break;
        }
        if ($s->at === $before) {
            $s->at++;
        }
    }
    $s->take(')');
    return $arguments;
}

/** What a call gives, for functions that do nothing but reckon or look. */
function sr_call(SrReading $s, $name, array $arguments)
{
    $first = isset($arguments[0]) ? $arguments[0] : null;
    $second = isset($arguments[1]) ? $arguments[1] : null;
    if ($name === 'define' || $name === 'defined' || $name === 'constant') {
        return sr_call_constant($s, $name, $first, $second);
    }
    if (in_array($name, array('getenv', 'env', 'getenv_docker'), true)) {
        return sr_call_environment($s, $name, $first, $arguments);
    }
    foreach ($arguments as $argument) {
        if ($argument instanceof SrUnknown) {
            return new SrUnknown($argument->reason);
        }
    }
    if ($name === 'putenv' && is_string($first) && strpos($first, '=')) {
        list($variable, $value) = explode('=', $first, 2);
        $s->given[$variable] = $s->maybe + $s->dead ? $s->unknown("the environment's $variable") : $value;
        return true;
    }
    if ($name === 'ini_set' && is_string($first) && !$s->dead) {
        $s->ini[$first] = $s->maybe ? $s->unknown("the PHP setting $first, set under a condition,") : $second;
    }
    $looks = array('file_exists', 'is_file', 'is_readable', 'is_dir', 'realpath');
    if (in_array($name, $looks, true) && is_string($first)) {
        return sr_call_look($s, $name, $first);
    }
    $value = sr_call_plain($name, $arguments);
    return $value instanceof SrUnknown ? $s->unknown("a call of $name()") : $value;
}

function sr_call_constant(SrReading $s, $name, $first, $second)
{
    if (!is_string($first)) {
        return $s->unknown("$name() of a computed name");
    }
    if ($name === 'define') {
        return sr_set_constant($s, ltrim($first, '\\'), $second);
    }
    if ($name === 'constant') {
        return sr_constant($s, $first);
    }
    if (array_key_exists($first, $s->constants)) {
        $value = $s->constants[$first];
        return $value instanceof SrUnknown && strpos($value->reason, 'set under a condition') ? $value : true;
    }
    return $s->opaque === '' ? false : new SrUnknown("whether $first is defined: " . $s->opaque);
}

function sr_call_environment(SrReading $s, $name, $variable, array $arguments)
{
    if (!is_string($variable)) {
        return $s->unknown("$name() of a computed name");
    }
    $value = sr_environment($s, $variable);
    if ($value instanceof SrUnknown && $value->unset && $name !== 'getenv' && count($arguments) > 1) {
        return $arguments[1];
    }
    $meant = array('true' => true, '(true)' => true, 'false' => false, '(false)' => false, 'null' => null,
        'empty' => '');
    $lower = is_string($value) ? strtolower($value) : '';
    return $name === 'env' && array_key_exists($lower, $meant) ? $meant[$lower] : $value;
}

/** Questions about files, answered only where the folder could be looked into. */
function sr_call_look(SrReading $s, $name, $path)
{
    if (!sr_is_path($path)) {
        return $s->unknown("$name() of a relative path");
    }
    clearstatcache();
    if (@file_exists($path)) {
        return $name === 'realpath' ? realpath($path) : @$name($path);
    }
    return sr_denied($path) ? $s->unknown("$name('" . sr_cap($path, 120) . "'), which may not be looked at,") : false;
}

/** Functions whose result follows from their arguments alone. */
function sr_call_plain($name, array $arguments)
{
    $plain = array('dirname' => 2, 'basename' => 2, 'trim' => 2, 'rtrim' => 2, 'ltrim' => 2, 'strtolower' => 1,
        'strtoupper' => 1, 'substr' => 3, 'strval' => 1, 'intval' => 1, 'boolval' => 1, 'in_array' => 3, 'strpos' => 3,
        'explode' => 3, 'implode' => 2, 'str_replace' => 3, 'parse_url' => 2, 'urldecode' => 1, 'rawurldecode' => 1,
        'array_merge' => 9, 'array_replace' => 9, 'array_replace_recursive' => 9, 'array_merge_recursive' => 9,
        'array_key_exists' => 2, 'count' => 1, 'is_array' => 1, 'is_string' => 1, 'base64_decode' => 1,
        'json_decode' => 2, 'strlen' => 1, 'md5' => 1, 'strcasecmp' => 2, 'ucfirst' => 1);
    if ($name === 'php_sapi_name') {
        return 'fpm-fcgi';
    }
    if ($name === 'preg_replace' || $name === 'preg_match') {
        return sr_call_pattern($name, $arguments);
    }
    if (!isset($plain[$name]) || !$arguments || count($arguments) > $plain[$name]) {
        return new SrUnknown($name);
    }
    if ($name === 'dirname' && isset($arguments[1])) {
        return sr_call_dirname($arguments[0], (int) $arguments[1]);
    }
    foreach ($arguments as $argument) {
        if (sr_holds_unknown($argument)) {
            return new SrUnknown($name);
        }
    }
    if ($name === 'json_decode') {
        return json_decode((string) $arguments[0], true);
    }
    try {
        $value = @call_user_func_array($name, $arguments);
    } catch (Exception $error) {
        return new SrUnknown($name);
    } catch (Error $error) {
        return new SrUnknown($name);
    }
    return is_string($value) && strlen($value) > 1048576 ? new SrUnknown($name) : $value;
}

/** dirname() with levels, which PHP before 7 does not know. */
function sr_call_dirname($path, $levels)
{
    for ($i = 0; $i < $levels && $i < 64 && is_string($path); $i++) {
        $path = dirname($path);
    }
    return $path;
}

function sr_holds_unknown($value)
{
    if (is_array($value)) {
        foreach ($value as $inner) {
            if (sr_holds_unknown($inner)) {
                return true;
            }
        }
    }
    return $value instanceof SrUnknown;
}

/** A pattern on a short text; modifiers that run code, and results by reference, are refused. */
function sr_call_pattern($name, array $arguments)
{
    $wanted = $name === 'preg_match' ? 2 : 3;
    foreach ($arguments as $argument) {
        if (!is_string($argument) || strlen($argument) > 2000) {
            return new SrUnknown($name);
        }
    }
    if (count($arguments) !== $wanted || !preg_match('/^([\/#~@|!]).*\1[imsux]*$/s', $arguments[0])) {
        return new SrUnknown($name);
    }
    $value = @call_user_func_array($name, $arguments);
    return $value === null || $value === false ? new SrUnknown($name) : $value;
}

/** isset() and empty(): something not set, for all we see, counts as not set. */
function sr_isset(SrReading $s, $type)
{
    $s->at++;
    $values = sr_arguments($s);
    if ($type === T_EMPTY) {
        $truth = sr_truth(isset($values[0]) ? $values[0] : null);
        return $truth === null ? sr_condition($s) : !$truth;
    }
    $all = true;
    foreach ($values as $value) {
        if ($value === null || ($value instanceof SrUnknown && $value->unset)) {
            return false;
        }
        $all = $all && !($value instanceof SrUnknown);
    }
    return $all ? true : sr_condition($s);
}

/** An included file is read on, where its path is known and it is configuration rather than the application. */
function sr_require(SrReading $s)
{
    $must = $s->type() === T_REQUIRE || $s->type() === T_REQUIRE_ONCE;
    $line = $s->line();
    $s->at++;
    $path = sr_expression($s, 4);
    if ($s->dead) {
        return $s->unknown('a file that is not included');
    }
    $known = is_string($path) && $path !== '';
    $path = $known && $path[0] !== '/' ? dirname($s->path) . '/' . $path : $path;
    $boots = '/(\/vendor\/|\/(autoload|wp-settings|wp-load|wp-blog-header)\.php$)/';
    $application = $known && preg_match($boots, $path);
    $missing = $known && !$must && !@file_exists($path) && !sr_denied($path);
    $nested = null;
    $why = $known ? '' : 'a file is included whose path only the running site knows: ' . $path->reason;
    if ($known && !$application && !$missing) {
        $nested = sr_require_into($s, $path);
        $why = $nested ? '' : 'an included file could not be read: ' . sr_why($path);
    }
    $s->requires[] = array('path' => $known ? $path : null, 'line' => $line, 'followed' => (bool) $nested);
    if ($why !== '' && $s->opaque === '') {
        $s->opaque = $why;
    }
    return $nested ? ($nested->return === null ? 1 : $nested->return) : $s->unknown('an included file');
}

/** Reads an included file with, and into, what is known so far; null where that was not possible. */
function sr_require_into(SrReading $s, $path)
{
    if ($s->files >= 20) {
        return sr_note($path, 'too many files are included: ' . $path);
    }
    $nested = new SrReading();
    $kept = array('given', 'constants', 'variables', 'environment', 'opaque', 'maybe', 'requires', 'ini');
    foreach ($kept as $name) {
        $nested->$name = $s->$name;
    }
    $nested->depth = 0;
    $nested->files = $s->files + 1;
    if (!sr_static_into($nested, $path)) {
        return null;
    }
    foreach ($kept as $name) {
        $s->$name = $nested->$name;
    }
    $s->files = $nested->files;
    return $nested;
}
