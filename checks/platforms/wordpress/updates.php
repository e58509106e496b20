<?php
// What a WordPress knows of newer releases: the answers of its own update checks, kept as site transients.

const SR_WP_FRESH = 172800; // seconds; WordPress asks twice a day

/** 'core', 'plugins', 'themes' => array('answered', 'at', 'from', and the answer's parts). */
function sr_wp_updates($db, array $site, SrAnswer $out)
{
    $from = array('core' => "WordPress' own update check", 'plugins' => "WordPress' update check of plugins",
        'themes' => "WordPress' update check of themes");
    $names = array('_site_transient_update_core', '_site_transient_update_plugins', '_site_transient_update_themes');
    $given = array($db, $site, $names);
    $part = 'sr_wp_network_options';
    $rows = $db ? sr_guarded('reading the update checks of WordPress', array('software'), $part, $given) : array();
    $cached = is_string($site['content']) && @is_file($site['content'] . '/object-cache.php');
    $updates = array();
    $hidden = false;
    foreach ($from as $name => $source) {
        $row = "_site_transient_update_$name";
        $value = isset($rows[$row]) ? sr_unserialize($rows[$row]) : null;
        $update = sr_wp_answer($value, $name === 'core' ? 'updates' : 'response');
        if ($cached && $db && (!$update['answered'] || time() - $update['at'] > SR_WP_FRESH)) {
            $hidden = true;
            $update = sr_wp_answer(null, '');
        }
        $updates[$name] = $update + array('from' => $source);
    }
    if ($hidden) {
        $place = $site['content'] . '/object-cache.php';
        $why = "site transients live in an object cache ($place), so that what the site knows of newer releases is not "
            . 'in its database';
        $out->gap('software', 'updates', $why, 'wordpress-updates');
    }
    return $updates;
}

/** One transient: whether the check was answered at all, when, and what it said as plain arrays. */
function sr_wp_answer($value, $part)
{
    $update = array('answered' => false, 'at' => null, 'checked' => array());
    if (!is_object($value)) {
        return $update;
    }
    // A check that failed still moves last_checked on, but leaves no answer.
    $said = isset($value->$part) && is_array($value->$part) ? $value->$part : null;
    foreach (array('no_update', 'checked') as $name) {
        $update[$name] = isset($value->$name) && is_array($value->$name) ? $value->$name : array();
    }
    $update['said'] = $said === null ? array() : $said;
    $update['answered'] = $said !== null && ($part !== 'updates' || count($said) > 0);
    $update['at'] = isset($value->last_checked) && is_int($value->last_checked) ? $value->last_checked : null;
    return $update;
}

/** A text field of an offer, which is an array for themes and an object for all else. */
function sr_wp_offer($offer, $name)
{
    $offer = (array) $offer;
    return isset($offer[$name]) && is_string($offer[$name]) && $offer[$name] !== '' ? $offer[$name] : null;
}

/** Software fields of a plugin or theme: what the site knows of a newer one. */
function sr_wp_update(array $update, $key, $uri)
{
    $fields = array('known_from' => $update['from'], 'known_at' => $update['answered'] ? $update['at'] : null);
    if (!$update['answered']) {
        return $fields;
    }
    foreach (array('said', 'no_update') as $list) {
        if (isset($update[$list][$key])) {
            $latest = sr_wp_offer($update[$list][$key], 'new_version');
            return $fields + array('latest' => $latest, 'listed' => true);
        }
    }
    $foreign = $uri !== '' && !preg_match('/^(https?:\/\/)?(wordpress\.org|w\.org)\//', $uri);
    return $fields + array('listed' => $foreign || isset($update['checked'][$key]) ? false : null);
}

/** "6.9" of 6.9.1 and 7.0-RC1. */
function sr_wp_branch($version)
{
    return preg_match('/^\d+\.\d+/', (string) $version, $part) ? $part[0] : null;
}

/** Software fields of the core. Minor releases of its branch carry the security fixes. */
function sr_wp_core_update($version, array $update)
{
    $fields = array('known_from' => $update['from'], 'known_at' => $update['answered'] ? $update['at'] : null);
    if (!$update['answered']) {
        return $fields;
    }
    $latest = null;
    $line = null;
    foreach ($update['said'] as $offer) {
        $offered = sr_wp_offer($offer, 'current') ? sr_wp_offer($offer, 'current') : sr_wp_offer($offer, 'version');
        $response = sr_wp_offer($offer, 'response');
        if ($offered === null || !in_array($response, array('upgrade', 'autoupdate', 'latest'), true)) {
            continue;
        }
        $latest = $latest === null || version_compare($offered, $latest, '>') ? $offered : $latest;
        $same = sr_wp_branch($offered) === sr_wp_branch($version);
        if ($same && ($line === null || version_compare($offered, $line, '>'))) {
            $line = $offered;
        }
    }
    $fields += array('latest' => $latest, 'latest_in_line' => $line, 'listed' => $latest !== null ? true : null);
    if ($version !== null && $line !== null) {
        $fields['security'] = version_compare($line, $version, '>');
    }
    return $fields;
}
