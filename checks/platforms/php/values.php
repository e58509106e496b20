<?php
// The single values of a configuration file, for the reader in static.php: literals, variables, arrays, assignments.

function sr_primary(SrReading $s)
{
    $type = $s->type();
    $text = $s->text();
    switch ($type) {
        case T_CONSTANT_ENCAPSED_STRING:
            $s->at++;
            return sr_literal($text);
        case T_LNUMBER:
        case T_DNUMBER:
            $s->at++;
            return sr_number($text);
        case '"':
        case T_START_HEREDOC:
            return sr_interpolated($s);
        case T_VARIABLE:
            return sr_variable($s);
        case T_ARRAY:
        case '[':
            return sr_array($s);
        case '(':
            $s->at++;
            $value = sr_expression($s, 0);
            return $s->take(')') ? $value : $s->unknown('a bracket that does not close');
        case T_DIR:
        case T_FILE:
            $s->at++;
            return $type === T_DIR ? dirname($s->path) : $s->path;
        case T_LINE:
            $s->at++;
            return $s->line();
        case T_STRING:
        case T_STATIC:
            return sr_name($s);
        case T_INCLUDE:
        case T_INCLUDE_ONCE:
        case T_REQUIRE:
        case T_REQUIRE_ONCE:
            return sr_require($s);
    }
    return sr_rare($s, $type, $text);
}

/** Constructs that are no plain value: some are answered, the rest stepped over. */
function sr_rare(SrReading $s, $type, $text)
{
    if ($type === T_ISSET || $type === T_EMPTY) {
        return sr_isset($s, $type);
    }
    if ($type === T_EXIT || $type === T_PRINT || $type === T_CLONE || $text === 'throw') {
        $s->at++;
        if ($s->type() === '(') {
            sr_skip_one($s);
        }
        return $s->unknown("'$text'");
    }
    $stepped = array(T_NEW, T_FUNCTION, T_LIST);
    if (in_array($type, $stepped, true) || $text === 'fn' || strtolower($text) === 'match') {
        $assigns = $type === T_LIST;
        $from = $s->at++;
        while ($s->at < $s->end && !in_array($s->type(), array(';', ',', ')', ']', '}'), true)) {
            $body = $s->type() === '{';
            sr_skip_one($s);
            if ($body || ($assigns && $s->type() === '=')) {
                break;
            }
        }
        if ($assigns) {
            sr_forget($s, $from, $s->at);
        }
        return $s->unknown($type === T_NEW ? 'an object' : "'$text'");
    }
    if (!in_array($type, array(';', ')', ']', '}', ',', ':', null), true)) {
        $s->at++;
    }
    return $s->unknown('something beyond this reader (' . sr_cap($text, 30) . ')');
}

/** All variables between two tokens become unknown: they are assigned in a way that is not followed. */
function sr_forget(SrReading $s, $from, $to)
{
    for ($i = $from; $i < $to && !$s->dead; $i++) {
        if ($s->types[$i] === T_VARIABLE) {
            $s->variables[substr($s->texts[$i], 1)] = $s->unknown($s->texts[$i] . ' of a list');
        }
    }
}

function sr_literal($text)
{
    if ($text[0] === 'b' || $text[0] === 'B') {
        $text = substr($text, 1);
    }
    $inner = (string) substr($text, 1, -1);
    return $text[0] === "'" ? strtr($inner, array("\\'" => "'", '\\\\' => '\\')) : sr_unescape($inner, '"');
}

/** The escapes of a text in double quotes or a heredoc. */
function sr_unescape($text, $quote)
{
    $pattern = '/\\\\(?:([nrtvef\\\\$"])|x([0-9A-Fa-f]{1,2})|u\{([0-9A-Fa-f]{1,6})\}|([0-7]{1,3}))/';
    return preg_replace_callback($pattern, function ($part) use ($quote) {
        if (isset($part[4])) {
            return chr(octdec($part[4]) & 255);
        }
        if (isset($part[3])) {
            return PHP_VERSION_ID < 70000 ? $part[0] : html_entity_decode('&#x' . $part[3] . ';', ENT_QUOTES, 'UTF-8');
        }
        if (isset($part[2])) {
            return chr(hexdec($part[2]));
        }
        $known = array('n' => "\n", 'r' => "\r", 't' => "\t", 'v' => "\v", 'e' => "\x1b", 'f' => "\f", '"' => $quote);
        return isset($known[$part[1]]) ? $known[$part[1]] : $part[1];
    }, $text);
}

function sr_number($text)
{
    $text = str_replace('_', '', $text);
    if (preg_match('/^0[xX]/', $text)) {
        return hexdec($text);
    }
    if (preg_match('/^0[bB]/', $text)) {
        return bindec($text);
    }
    if (preg_match('/^0[oO]?[0-7]+$/', $text)) {
        return octdec(str_ireplace('o', '', $text));
    }
    return $text + 0;
}

/** A text in double quotes or a heredoc, with plain variables in it. */
function sr_interpolated(SrReading $s)
{
    $heredoc = $s->type() === T_START_HEREDOC;
    $nowdoc = $heredoc && strpos($s->text(), "'") !== false;
    $stop = $heredoc ? T_END_HEREDOC : '"';
    $whole = '';
    $s->at++;
    while ($s->at < $s->end && $s->type() !== $stop) {
        if ($s->type() === T_ENCAPSED_AND_WHITESPACE) {
            $part = $nowdoc ? $s->text() : sr_unescape($s->text(), $heredoc ? '\\"' : '"');
            $s->at++;
        } elseif ($s->type() === T_VARIABLE && $s->type(1) !== '[' && $s->type(1) !== T_OBJECT_OPERATOR) {
            $part = sr_read_variable($s, substr($s->text(), 1));
            $s->at++;
        } elseif ($s->take(T_CURLY_OPEN)) {
            $part = sr_expression($s, 0);
            $part = $s->take('}') ? $part : $s->unknown('a text');
        } else {
            $part = $s->unknown('an index inside a text');
            sr_skip_one($s);
        }
        $whole = $whole instanceof SrUnknown ? $whole : sr_operate($s, '.', $whole, $part);
    }
    $indent = $heredoc ? strspn($s->text(), " \t") : 0;
    $s->at++;
    if ($heredoc && is_string($whole)) {
        $whole = preg_replace('/\r?\n\z/', '', $whole);
        $whole = $indent ? preg_replace('/^[ \t]{1,' . $indent . '}/m', '', $whole) : $whole;
    }
    return $whole;
}

function sr_array(SrReading $s)
{
    $from = $s->at;
    $close = $s->take(T_ARRAY) ? ')' : ']';
    if (!$s->take('[') && !$s->take('(')) {
        return $s->unknown('an array without brackets');
    }
    $array = array();
    while ($s->at < $s->end && $s->type() !== $close) {
        $before = $s->at;
        $array = sr_element($s, $array);
        if (!$s->take(',') && $s->type() !== $close) {
            $array = $s->unknown('an array of a kind that is not followed');
            while ($s->at < $s->end && $s->type() !== $close && $s->type() !== ';') {
                sr_skip_one($s);
            }
            break;
        }
        if ($s->at === $before) {
            $s->at++;
        }
    }
    $s->take($close);
    if ($s->type() === '=') {
        sr_forget($s, $from, $s->at);
        $s->at++;
        return sr_expression($s, 4);
    }
    return $array;
}

/** One element, put into the array. */
function sr_element(SrReading $s, $array)
{
    if ($s->type() === ',') {
        return $array;
    }
    if ($s->type() === T_ELLIPSIS) {
        $s->at++;
        $more = sr_expression($s, 0);
        return is_array($array) && is_array($more) && $array instanceof SrUnknown === false
            ? array_merge($array, $more)
            : $s->unknown('an array spread out of what is not known');
    }
    $called = $s->text($s->type(1) === T_DOUBLE_COLON ? 3 : 1) === '(';
    $named = $s->type() === T_STRING && !$called;
    $value = sr_expression($s, 0);
    if (!$s->take(T_DOUBLE_ARROW)) {
        if (is_array($array)) {
            $array[] = $value;
        }
        return $array;
    }
    $key = $value;
    $value = sr_expression($s, 0);
    if (!is_array($array)) {
        return $array;
    }
    if (is_scalar($key) || $key === null) {
        $array[$key] = $value;
        return $array;
    }
    if (!$named) { // a computed key may be any of the ones before; a named constant is a number in all we know
        foreach ($array as $known => $ignored) {
            $array[$known] = $s->unknown('an array with a key that is not known');
        }
    }
    $array["\0" . count($array)] = $value;
    return $array;
}

/** A variable that is read, or assigned to. */
function sr_variable(SrReading $s)
{
    $name = substr($s->text(), 1);
    $s->at++;
    $keys = array();
    while ($s->type() === '[') {
        $s->at++;
        $keys[] = $s->type() === ']' ? null : sr_expression($s, 0);
        if (!$s->take(']')) {
            return $s->unknown("an index of \$$name");
        }
    }
    if ($name === 'GLOBALS' && isset($keys[0]) && is_string($keys[0])) {
        $name = array_shift($keys);
    }
    $type = $s->type();
    if ($type === '=') {
        $s->at++;
        return sr_assign($s, $name, $keys, sr_expression($s, 4));
    }
    $operators = array(T_CONCAT_EQUAL => '.', T_PLUS_EQUAL => '+', T_MINUS_EQUAL => '-', T_MUL_EQUAL => '*');
    if (is_int($type) && ($s->text() === '??=' || preg_match('/^[^<>=!]{1,2}=$/', $s->text()))) {
        $sign = $s->text() === '??=' ? '??' : (isset($operators[$type]) ? $operators[$type] : '?');
        $s->at++;
        return sr_assign_by($s, $name, $keys, $sign);
    }
    if ($type === T_INC || $type === T_DEC) {
        return sr_assign($s, $name, $keys, $s->unknown("the counter \$$name"));
    }
    $value = sr_read_variable($s, $name, isset($keys[0]) && is_string($keys[0]) ? $keys[0] : null);
    foreach ($value instanceof SrUnknown ? array() : $keys as $key) {
        $value = sr_index($s, $value, $key);
    }
    return $value;
}

/** An assignment that uses the old value: .=, +=, ??= and their like. */
function sr_assign_by(SrReading $s, $name, array $keys, $sign)
{
    $old = sr_read_variable($s, $name, isset($keys[0]) && is_string($keys[0]) ? $keys[0] : null);
    foreach ($old instanceof SrUnknown ? array() : $keys as $key) {
        $old = sr_index($s, $old, $key);
    }
    if ($sign === '??') {
        $missing = $old === null || ($old instanceof SrUnknown && $old->unset);
        $new = sr_right($s, $missing ? true : ($old instanceof SrUnknown ? null : false), 4);
        return $missing ? sr_assign($s, $name, $keys, $new) : $old;
    }
    $right = sr_expression($s, 4);
    $new = $sign === '?' ? $s->unknown("\$$name") : sr_operate($s, $sign, $old, $right);
    return sr_assign($s, $name, $keys, $new);
}

/** What a variable holds; of $_SERVER and $_ENV, what is known of the environment. */
function sr_read_variable(SrReading $s, $name, $first = null)
{
    if (isset($s->variables[$name]) && ($first === null || !in_array($name, array('_SERVER', '_ENV'), true))) {
        return $s->variables[$name];
    }
    if ($name === '_SERVER' || $name === '_ENV') {
        if ($first === null) {
            return $s->unknown("\$$name");
        }
        $set = sr_pick($s->variables, array($name, $first));
        return array($first => $set !== null ? $set : sr_environment($s, $first, $name === '_SERVER'));
    }
    if (in_array($name, array('_GET', '_POST', '_COOKIE', '_REQUEST', '_FILES', '_SESSION'), true)) {
        return $s->unknown("what \$$name holds");
    }
    return array_key_exists($name, $s->variables) ? null : $s->unknown("\$$name, which is not set", true);
}

/** A name of the environment: given, or for all we see not set; what a request brings is not known. */
function sr_environment(SrReading $s, $name, $request = false)
{
    if (array_key_exists($name, $s->given)) {
        return $s->given[$name];
    }
    $asked = '/^(HTTP|REQUEST|SERVER|REMOTE|SCRIPT|QUERY|DOCUMENT_ROOT|PATH_INFO|PHP_SELF|CONTENT|arg[vc]|GATEWAY)/';
    if ($request && preg_match($asked, $name) && !preg_match('/^HTTP_X_/', $name)) {
        return $s->unknown("the request's $name");
    }
    $s->environment[$name] = true;
    return $s->unknown("the environment's $name", true);
}

function sr_assign(SrReading $s, $name, array $keys, $value)
{
    if ($s->dead) {
        return $value;
    }
    $kept = $s->maybe ? $s->unknown("\$$name, set under a condition,") : $value;
    if (!$keys) {
        $s->variables[$name] = $kept;
        return $value;
    }
    if (!isset($s->variables[$name])) {
        $s->variables[$name] = array();
    }
    $place = &$s->variables[$name];
    foreach ($keys as $key) {
        if ($place instanceof SrUnknown) {
            return $value;
        }
        if (($key !== null && !is_scalar($key)) || ($place !== null && !is_array($place))) {
            $place = $s->unknown("\$$name, set by an index that is not known,");
            return $value;
        }
        if ($key === null) {
            $place[] = null;
            end($place);
            $key = key($place);
        } elseif (!isset($place[$key])) {
            $place[$key] = null;
        }
        $place = &$place[$key];
    }
    $place = $kept;
    return $value;
}

function sr_set_constant(SrReading $s, $name, $value)
{
    if (!$s->dead && !array_key_exists($name, $s->constants)) {
        $s->constants[$name] = $s->maybe ? $s->unknown("$name, set under a condition,") : $value;
    }
    return true;
}
