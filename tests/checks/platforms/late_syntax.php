<?php
// Prints as JSON what of the PHP on standard input PHP 5.6 would not take, or ours must not hold, told by its tokens.

$never = array('T_COALESCE', 'T_COALESCE_EQUAL', 'T_SPACESHIP', 'T_FN', 'T_MATCH', 'T_ENUM', 'T_READONLY',
    'T_YIELD_FROM', 'T_NULLSAFE_OBJECT_OPERATOR', 'T_ATTRIBUTE', 'T_OPEN_TAG_WITH_ECHO', 'T_CLOSE_TAG', 'T_INLINE_HTML',
    'T_EVAL', 'T_INCLUDE', 'T_INCLUDE_ONCE', 'T_REQUIRE', 'T_REQUIRE_ONCE', 'T_GOTO', 'T_DECLARE', 'T_NAMESPACE');
$hints = array('int', 'string', 'bool', 'float', 'mixed', 'iterable', 'object', 'void', 'null', 'false', 'self');
$later = array('str_contains', 'str_starts_with', 'str_ends_with', 'array_key_first', 'array_key_last', 'is_countable',
    'is_iterable', 'intdiv', 'random_int', 'random_bytes', 'error_clear_last', 'hrtime', 'array_is_list', 'mb_str_split',
    'preg_replace_callback_array', 'get_debug_type', 'fdiv', 'spl_object_id', 'array_find', 'mb_trim');
$starts = array(';', '{', '(', ',', '=>', 'as', '[', ')');
$tokens = array(array(null, '', 0), array(null, '', 0));
foreach (token_get_all(stream_get_contents(STDIN)) as $token) {
    if (!is_array($token) || !in_array($token[0], array(T_WHITESPACE, T_COMMENT, T_DOC_COMMENT), true)) {
        $tokens[] = is_array($token) ? $token : array($token, $token, 0);
    }
}
$tokens[] = array(null, '', 0);
$found = array();
$open = array(); // for each bracket that is open: where it stands
$line = 0;
for ($i = 2; $i < count($tokens) - 1; $i++) {
    list($type, $text, $at) = $tokens[$i];
    $line = $at ? $at : $line;
    $before = $tokens[$i - 1];
    $after = $tokens[$i + 1];
    $bad = false;
    foreach ($never as $name) {
        $bad = $bad || (defined($name) && $type === constant($name));
    }
    if (in_array($type, array('(', '[', '{', T_CURLY_OPEN, T_DOLLAR_OPEN_CURLY_BRACES), true)) {
        $open[] = $i;
    } elseif (in_array($type, array(')', ']', '}'), true)) {
        $from = array_pop($open);
        $opener = $tokens[$from - 1];
        $function = $opener[0] === T_FUNCTION || $opener[0] === T_USE || $tokens[$from - 2][0] === T_FUNCTION;
        $bad = ($type === ']' && $after[1] === '=' && (in_array($opener[1], $starts, true) || $opener[0] === T_OPEN_TAG)) // [$a, $b] = …
            || ($type === ')' && $before[1] === ',' && $opener[0] !== T_ARRAY) // f(1,)
            || ($type === ')' && $after[1] === ':' && $function); // function (): int
    } elseif ($type === T_VARIABLE) {
        $bad = in_array(strtolower($before[1]), $hints, true) && $before[0] === T_STRING; // function (int $x)
    } elseif (in_array($before[0], array(T_PUBLIC, T_PRIVATE, T_PROTECTED), true)) {
        $bad = !in_array($type, array(T_FUNCTION, T_STATIC, T_ABSTRACT, T_FINAL), true); // private const, public int $x
    } elseif ($type === '|') {
        $bad = $before[0] === T_STRING && $after[0] === T_STRING && $tokens[$i - 3][0] === T_CATCH; // catch (A | B $e)
    } elseif ($type === T_LNUMBER || $type === T_DNUMBER) {
        $bad = strpos($text, '_') !== false; // 1_000
    } elseif ($type === T_STRING) {
        $called = $after[1] === '(' && !in_array($before[0], array(T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION), true);
        $bad = ($called && in_array(strtolower($text), $later, true)) || $text === 'Throwable';
    } elseif ($type === T_CLASS) {
        $bad = $bad || $before[0] === T_NEW; // new class { }
    }
    if ($bad) {
        $found[] = "line $line: {$before[1]} $text {$after[1]}";
    }
}
echo json_encode($found);
