<?php
// The expressions of a configuration file, for the reader in static.php: each becomes a value or an SrUnknown.

/** True, false, or null where it cannot be known. */
function sr_truth($value)
{
    if ($value instanceof SrUnknown) {
        return $value->unset ? false : null;
    }
    return (bool) $value;
}

/** How tightly a binary operator binds, or 0 where the token is none; as in PHP 8. */
function sr_binding($type, $text)
{
    static $ranks = null;
    if ($ranks === null) {
        $ranks = array(T_LOGICAL_OR => 1, T_LOGICAL_XOR => 2, T_LOGICAL_AND => 3, '?' => 5, T_BOOLEAN_OR => 7,
            T_BOOLEAN_AND => 8, '|' => 9, '^' => 10, T_IS_EQUAL => 12, T_IS_NOT_EQUAL => 12, T_IS_IDENTICAL => 12,
            T_IS_NOT_IDENTICAL => 12, '<' => 13, '>' => 13, T_IS_SMALLER_OR_EQUAL => 13,
            T_IS_GREATER_OR_EQUAL => 13, '.' => 14, T_SL => 15, T_SR => 15, '+' => 16, '-' => 16, '*' => 17, '/' => 17,
            '%' => 17, T_INSTANCEOF => 19, T_POW => 20);
        foreach (array('T_COALESCE' => 6, 'T_SPACESHIP' => 12) as $name => $rank) {
            if (defined($name)) {
                $ranks[constant($name)] = $rank;
            }
        }
    }
    if (is_int($type) || strlen((string) $type) === 1) {
        $rank = isset($ranks[$type]) ? $ranks[$type] : 0;
        return $rank === 0 && $text === '&' ? 11 : $rank;
    }
    return 0;
}

/** An expression, up to operators that bind less than $least. */
function sr_expression(SrReading $s, $least = 0)
{
    if (++$s->depth > SrReading::DEEPEST) {
        throw new SrStaticError('nested too deeply to be read');
    }
    $value = sr_unary($s);
    while (($rank = sr_binding($s->type(), $s->text())) > $least) {
        $value = sr_binary($s, $value, $rank);
    }
    $s->depth--;
    return $value;
}

/** What stands at the right of an operator that may skip it. */
function sr_right(SrReading $s, $truth, $rank)
{
    $part = function (SrReading $s) use ($rank) {
        return sr_expression($s, $rank);
    };
    return sr_under($s, $truth, $part);
}

function sr_binary(SrReading $s, $left, $rank)
{
    $type = $s->type();
    $operator = strtolower($s->text());
    $s->at++;
    $truth = sr_truth($left);
    if ($operator === '?') {
        return sr_ternary($s, $left, $truth);
    }
    if ($operator === '??') {
        $missing = $left === null || ($left instanceof SrUnknown && $left->unset);
        $known = $missing ? true : ($left instanceof SrUnknown ? null : false);
        $right = sr_right($s, $known, $rank - 1);
        return $missing ? $right : $left;
    }
    if ($operator === '||' || $operator === 'or') {
        $right = sr_truth(sr_right($s, $truth === null ? null : !$truth, $rank));
        $open = $truth === null || $right === null ? sr_condition($s) : false;
        return $truth === true || $right === true ? true : $open;
    }
    if ($operator === '&&' || $operator === 'and') {
        $right = sr_truth(sr_right($s, $truth, $rank));
        $open = $truth === null || $right === null ? sr_condition($s) : true;
        return $truth === false || $right === false ? false : $open;
    }
    $right = sr_expression($s, $type === T_POW ? $rank - 1 : $rank);
    return sr_operate($s, $operator, $left, $right);
}

function sr_condition(SrReading $s)
{
    return $s->unknown('a condition');
}

function sr_ternary(SrReading $s, $condition, $truth)
{
    if ($s->take(':')) {
        $right = sr_right($s, $truth === null ? null : !$truth, 5);
        return $truth === null ? $condition : ($truth ? $condition : $right);
    }
    $yes = sr_right($s, $truth, 4);
    $s->take(':');
    $no = sr_right($s, $truth === null ? null : !$truth, 5);
    if ($truth === null) {
        return !($yes instanceof SrUnknown) && $yes === $no ? $yes : sr_condition($s);
    }
    return $truth ? $yes : $no;
}

/** Operators on two values that are both needed. */
function sr_operate(SrReading $s, $operator, $left, $right)
{
    foreach (array($left, $right) as $side) {
        if ($side instanceof SrUnknown) {
            return new SrUnknown($side->reason);
        }
        if (is_array($side) && !in_array($operator, array('+', '==', '===', '!=', '!=='), true)) {
            return $s->unknown("'$operator' on an array");
        }
    }
    switch ($operator) {
        case '.':
            return strlen($left) + strlen($right) > 1048576 ? $s->unknown('a very long text') : $left . $right;
        case '==':
            return $left == $right;
        case '!=':
        case '<>':
            return $left != $right;
        case '===':
            return $left === $right;
        case '!==':
            return $left !== $right;
        case '<':
            return $left < $right;
        case '>':
            return $left > $right;
        case '<=':
            return $left <= $right;
        case '>=':
            return $left >= $right;
    }
    if ($operator === '+' && is_array($left) && is_array($right)) {
        return $left + $right;
    }
    return sr_reckon($s, $operator, $left, $right);
}

function sr_reckon(SrReading $s, $operator, $left, $right)
{
    if (!is_numeric($left) || !is_numeric($right)) {
        return $s->unknown("'$operator' on what is no number");
    }
    switch ($operator) {
        case '+':
            return $left + $right;
        case '-':
            return $left - $right;
        case '*':
            return $left * $right;
        case '/':
            return $right == 0 ? $s->unknown('a division by zero') : $left / $right;
        case '|':
            return (int) $left | (int) $right;
        case '&':
            return (int) $left & (int) $right;
    }
    return $s->unknown("'$operator'");
}

/** Signs and casts before a value. */
function sr_unary(SrReading $s)
{
    $type = $s->type();
    $casts = array(T_STRING_CAST => 'string', T_INT_CAST => 'int', T_BOOL_CAST => 'bool', T_DOUBLE_CAST => 'float',
        T_ARRAY_CAST => 'array', T_OBJECT_CAST => 'array');
    if ($type === '@' || $s->text() === '&') {
        $s->at++;
        return sr_nested_unary($s);
    }
    if ($type === '!') {
        $s->at++;
        $truth = sr_truth($value = sr_expression($s, 18));
        return $truth === null ? $value : !$truth;
    }
    if ($type === '-' || $type === '+') {
        $s->at++;
        $value = sr_expression($s, 18);
        return is_int($value) || is_float($value) ? ($type === '-' ? -$value : $value) : $s->unknown("a sign '$type'");
    }
    if (is_int($type) && isset($casts[$type])) {
        $s->at++;
        return sr_cast($s, sr_nested_unary($s), $casts[$type]);
    }
    return sr_postfix($s, sr_primary($s));
}

function sr_nested_unary(SrReading $s)
{
    return sr_expression($s, 21);
}

function sr_cast(SrReading $s, $value, $to)
{
    if ($value instanceof SrUnknown) {
        return new SrUnknown($value->reason);
    }
    if ($to === 'array') {
        return (array) $value;
    }
    if (is_array($value)) {
        return $to === 'bool' ? count($value) > 0 : $s->unknown("a cast of an array to $to");
    }
    settype($value, $to);
    return $value;
}

/** What may follow a value: an index, a property, a call. */
function sr_postfix(SrReading $s, $value)
{
    while (true) {
        $type = $s->type();
        if ($type === '[' || $type === '{') {
            if ($type === '{') {
                return $value;
            }
            $s->at++;
            $key = $s->type() === ']' ? $s->unknown('an empty index') : sr_expression($s, 0);
            $s->take(']');
            $value = sr_index($s, $value, $key);
        } elseif ($type === T_OBJECT_OPERATOR || $s->text() === '?->') {
            $name = $s->type(1) === T_STRING ? $s->text(1) : null;
            $s->at++;
            $name === null ? sr_skip_one($s) : $s->at++;
            $value = $name === null ? $s->unknown('a computed property') : sr_index($s, $value, $name);
        } elseif ($type === '(') {
            sr_arguments($s);
            $value = $s->unknown('a call of a method or closure');
        } elseif ($type === T_DOUBLE_COLON) {
            $s->at += 2;
            $value = $s->unknown('a static member of a computed class');
        } elseif ($type === T_INC || $type === T_DEC) {
            $s->at++;
            $value = $s->unknown('a counter');
        } else {
            return $value;
        }
    }
}

function sr_index(SrReading $s, $value, $key)
{
    if ($value instanceof SrUnknown) {
        return $value;
    }
    if ($key instanceof SrUnknown) {
        return new SrUnknown($key->reason);
    }
    if (is_string($value) && is_int($key)) {
        return isset($value[$key]) ? $value[$key] : $s->unknown('an index beyond a text', true);
    }
    if (!is_array($value) || !is_scalar($key)) {
        return $s->unknown('an index into what is no array', true);
    }
    if (array_key_exists($key, $value)) {
        return $value[$key];
    }
    return $s->unknown("the missing index '" . sr_cap($key, 60) . "'", true);
}
