<?php
// ExpressionEngine's database, as its configuration names it.

/** The connection's settings as the configuration has them, or an SrGap. */
function sr_ee_connection($site)
{
    $path = $site['config_path'];
    if ($site['config'] === null) {
        return new SrGap(sr_why($path), sr_permission_remedy($path), sr_cause($path));
    }
    $group = sr_pick($site['settings'], array('database', 'active_group'), 'expressionengine');
    $found = sr_pick($site['settings'], array('database', is_string($group) ? $group : 'expressionengine'));
    if ($found === null && $site['legacy'] !== null) {
        $group = sr_pick($site['legacy']['variables'], array('active_group'), 'expressionengine');
        $found = sr_pick($site['legacy']['variables'], array('db', is_string($group) ? $group : 'expressionengine'));
    }
    if (is_array($found)) {
        return $found;
    }
    $why = $found instanceof SrUnknown ? $found->reason : $site['config']['opaque'];
    return new SrGap("$path does not say how to reach the database" . ($why === '' ? '' : ": $why"),
        'expressionengine-database');
}

/** A session with the site's database, or an SrGap. */
function sr_ee_database($site)
{
    $found = sr_ee_connection($site);
    if ($found instanceof SrGap) {
        return $found;
    }
    $host = sr_pick($found, array('hostname'), '127.0.0.1');
    $settings = array(
        'user' => sr_pick($found, array('username'), ''),
        'password' => sr_pick($found, array('password'), ''),
        'name' => sr_pick($found, array('database'), ''),
    );
    $settings += $host instanceof SrUnknown ? array('host' => $host) : sr_db_host($host);
    $port = sr_pick($found, array('port'));
    if ($port instanceof SrUnknown || (is_scalar($port) && (int) $port > 0)) {
        $settings['port'] = $port instanceof SrUnknown ? $port : (int) $port;
    }
    $db = sr_db($settings);
    return $db instanceof SrGap
        ? new SrGap($db->reason . " (with the settings of {$site['config_path']})", $db->remedy, $db->cause)
        : $db;
}

/** The quoted name of one of the site's tables. */
function sr_ee_table($site, $name)
{
    $prefix = sr_pick(sr_ee_connection($site), array('dbprefix'), 'exp_');
    return sr_ident((is_string($prefix) ? $prefix : 'exp_') . $name);
}
