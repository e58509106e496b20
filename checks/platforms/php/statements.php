<?php
// The statements of a configuration file, for the reader in static.php: what runs, what may run, what is stepped over.

/** Runs `$part` as something that surely runs (true), surely does not (false), or may (null). */
function sr_under(SrReading $s, $truth, $part)
{
    $maybe = $truth === null ? 1 : 0;
    $dead = $truth === false ? 1 : 0;
    $s->maybe += $maybe;
    $s->dead += $dead;
    $value = call_user_func($part, $s);
    $s->maybe -= $maybe;
    $s->dead -= $dead;
    return $value;
}

/** Past the end of the statement, over whatever stands in brackets. */
function sr_skip_statement(SrReading $s)
{
    while ($s->at < $s->end && $s->type() !== ';' && $s->type() !== '}') {
        sr_skip_one($s);
    }
    $s->take(';');
}

/** Over one token, or over everything up to the bracket that closes it. */
function sr_skip_one(SrReading $s)
{
    $open = 0;
    do {
        $type = $s->type();
        if ($type === '(' || $type === '[' || $type === '{' || $type === T_CURLY_OPEN
            || $type === T_DOLLAR_OPEN_CURLY_BRACES || (defined('T_ATTRIBUTE') && $type === T_ATTRIBUTE)) {
            $open++;
        } elseif ($type === ')' || $type === ']' || $type === '}') {
            $open--;
        }
        $s->at++;
    } while ($open > 0 && $s->at < $s->end);
}

function sr_statement(SrReading $s)
{
    if (++$s->depth > SrReading::DEEPEST) {
        throw new SrStaticError('nested too deeply to be read');
    }
    $type = $s->type();
    if ($type === '{') {
        $s->at++;
        sr_statements($s, array('}'));
        $s->at++;
    } elseif ($type === T_IF) {
        sr_if($s);
    } elseif (in_array($type, array(T_SWITCH, T_WHILE, T_FOR, T_FOREACH, T_DECLARE, T_CATCH), true)) {
        sr_loop($s);
    } elseif ($type === T_CONST) {
        sr_const($s);
    } elseif ($type === T_RETURN) {
        sr_return($s);
    } elseif ($type === T_CASE || $type === T_DEFAULT) {
        while ($s->at < $s->end && $s->type() !== ':' && $s->type() !== ';') {
            sr_skip_one($s);
        }
        $s->at++;
    } elseif (!sr_simple_statement($s, $type)) {
        sr_expression($s, 0);
        sr_skip_statement($s);
    }
    $s->depth--;
}

/** Statements that are only stepped over, in their several ways; false when it is none of them. */
function sr_simple_statement(SrReading $s, $type)
{
    $one = array(';', '}', ')', ']', T_TRY, T_FINALLY, T_DO, T_ENDIF, T_ENDWHILE, T_ENDFOR, T_ENDFOREACH, T_ENDSWITCH,
        T_ECHO, T_ELSE, T_OPEN_TAG_WITH_ECHO);
    $bodies = array(T_CLASS, T_ABSTRACT, T_FINAL, T_INTERFACE, T_TRAIT);
    if (in_array($type, $one, true)) {
        $s->at++;
    } elseif ($type === T_EXIT || $type === T_HALT_COMPILER || $type === T_THROW) {
        $stops = $s->maybe + $s->dead === 0 && $s->depth === 1;
        $s->at = $stops ? $s->end : $s->at;
        sr_skip_statement($s);
    } elseif (in_array($type, array(T_GLOBAL, T_USE, T_GOTO, T_BREAK, T_CONTINUE, T_STATIC), true)) {
        sr_skip_statement($s);
    } elseif ($type === T_NAMESPACE) {
        while ($s->at < $s->end && $s->type() !== ';' && $s->type() !== '{') {
            $s->at++;
        }
    } elseif ($type === T_UNSET) {
        sr_unset($s);
    } elseif (in_array($type, $bodies, true) || sr_is_declaration($s, $type)) {
        while ($s->at < $s->end && $s->type() !== '{' && $s->type() !== ';') {
            $s->at += $s->type() === '(' ? 0 : 1;
            $s->type() === '(' && sr_skip_one($s);
        }
        sr_skip_one($s);
    } elseif (defined('T_ATTRIBUTE') && $type === T_ATTRIBUTE) {
        sr_skip_one($s);
    } else {
        return false;
    }
    return true;
}

/** Whether a named function, or an enum, is declared here. */
function sr_is_declaration(SrReading $s, $type)
{
    $next = $s->type(1) === '&' || $s->text(1) === '&' ? $s->type(2) : $s->type(1);
    return ($type === T_FUNCTION && $next === T_STRING) || (defined('T_ENUM') && $type === T_ENUM);
}

function sr_statements(SrReading $s, array $stops)
{
    while ($s->at < $s->end && !in_array($s->type(), $stops, true)) {
        sr_statement($s);
    }
}

/** One branch: a statement, or everything up to else/endif in the other notation. */
function sr_branch(SrReading $s)
{
    if ($s->take(':')) {
        sr_statements($s, array(T_ELSE, T_ELSEIF, T_ENDIF));
    } else {
        sr_statement($s);
    }
}

function sr_if(SrReading $s)
{
    $before = true; // whether control reaches the next branch: true, false, null
    do {
        $s->at++;
        $s->take('(');
        $truth = sr_truth(sr_under($s, $before, 'sr_expression'));
        $s->take(')');
        $runs = $before === false || $truth === false ? false : ($before === null || $truth === null ? null : true);
        sr_under($s, $runs, 'sr_branch');
        $before = $before === false || $truth === true ? false : ($before === null || $truth === null ? null : true);
        $s->at += $s->type() === T_ELSE && $s->type(1) === T_IF ? 1 : 0;
    } while ($s->type() === T_ELSEIF || ($s->type() === T_IF && $s->types[$s->at - 1] === T_ELSE));
    if ($s->take(T_ELSE)) {
        sr_under($s, $before, 'sr_branch');
    }
    if ($s->take(T_ENDIF)) {
        $s->take(';');
    }
}

/** Loops, switches and catches: what stands inside may or may not run. */
function sr_loop(SrReading $s)
{
    $declares = $s->type() === T_DECLARE;
    $s->at++;
    $from = $s->at;
    if ($s->type() === '(') {
        sr_skip_one($s);
    }
    for ($i = $from; $i < $s->at; $i++) {
        if ($s->types[$i] === T_VARIABLE && !$declares && $s->dead === 0) {
            $name = substr($s->texts[$i], 1);
            $as = $i > $from && in_array($s->types[$i - 1], array(T_AS, T_DOUBLE_ARROW, '[', ',', '&', '('), true);
            if ($as || !isset($s->variables[$name])) {
                $s->variables[$name] = $s->unknown("\$$name of a loop");
            }
        }
    }
    if ($s->take(':')) {
        sr_under($s, null, 'sr_loop_body');
        $s->at++;
    } else {
        sr_under($s, $declares ? true : null, 'sr_statement');
    }
}

function sr_loop_body(SrReading $s)
{
    sr_statements($s, array(T_ENDWHILE, T_ENDFOR, T_ENDFOREACH, T_ENDSWITCH));
}

function sr_const(SrReading $s)
{
    do {
        $s->at++;
        $name = $s->text();
        $s->at++;
        if ($s->take('=')) {
            sr_set_constant($s, $name, sr_expression($s, 0));
        }
    } while ($s->type() === ',');
    sr_skip_statement($s);
}

function sr_return(SrReading $s)
{
    $s->at++;
    $value = $s->type() === ';' ? null : sr_expression($s, 0);
    sr_skip_statement($s);
    if ($s->dead) {
        return;
    }
    if ($s->maybe) {
        $s->return = $s->unknown('what is returned depends on a condition');
        return;
    }
    $s->return = $s->return === null ? $value : $s->return;
    $s->at = $s->end;
}

function sr_unset(SrReading $s)
{
    $s->at++;
    $from = $s->at;
    sr_skip_one($s);
    for ($i = $from; $i < $s->at && !$s->dead; $i++) {
        if ($s->types[$i] === T_VARIABLE) {
            $s->variables[substr($s->texts[$i], 1)] = $s->unknown($s->texts[$i] . ' is unset');
        }
    }
    sr_skip_statement($s);
}
