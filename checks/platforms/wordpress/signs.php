<?php
// By which signs an account of a WordPress shows that it is used, and whether a second factor guards it.

/** Unix seconds of a number, or of a date in UTC; null for nothing, zero and nonsense. */
function sr_wp_moment($text)
{
    $text = trim((string) $text);
    if (preg_match('/^\d{9,11}(\.\d+)?$/', $text)) {
        return (int) $text;
    }
    if (!preg_match('/^[12]\d{3}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?$/', $text)) {
        return null;
    }
    $at = strtotime("$text UTC");
    return $at !== false && $at > 0 ? $at : null;
}

/** The signs of use that have been found, and the meta values by which second factors show. */
class SrWpSigns
{
    public $db;
    public $site;
    public $ids;
    public $tokens = array();
    public $meta = array();
    private $found = array();

    public function __construct(SrDb $db, array $site, array $ids)
    {
        $this->db = $db;
        $this->site = $site;
        $this->ids = $ids;
    }

    /** One sign; of several from one source the latest counts. */
    public function add($id, $at, $source)
    {
        if ($at !== null && (!isset($this->found[$id][$source]) || $this->found[$id][$source] < $at)) {
            $this->found[$id][$source] = $at;
        }
    }

    /** The evidence about one user, latest first. */
    public function of($id)
    {
        $signs = isset($this->found[$id]) ? $this->found[$id] : array();
        arsort($signs);
        $evidence = array();
        foreach ($signs as $source => $at) {
            $evidence[] = array('at' => $at, 'source' => $source);
        }
        return $evidence;
    }

    /** Rows about the users, asked for in portions; `%s` in the statement becomes their numbers. */
    public function rows($sql, array $parameters = array())
    {
        $rows = array();
        foreach (array_chunk($this->ids, 500) as $some) {
            $asked = str_replace('%s', implode(', ', array_map('intval', $some)), $sql);
            $rows = array_merge($rows, sr_wp_optional($this->db, $asked, $parameters));
        }
        return $rows;
    }
}

/** Signs among the users' meta values: what core, WooCommerce and plugins that record logins leave there. */
function sr_wp_sign_meta(SrWpSigns $signs)
{
    $dated = array('wfls-last-login' => 'Wordfence login', 'wp-last-login' => 'login recorded by WP Last Login',
        'when_last_login' => 'login recorded by When Last Login', '_um_last_login' => 'Ultimate Member login',
        'last_login' => 'login recorded by a plugin', 'wc_last_active' => 'WooCommerce activity');
    $factors = array('_two_factor_enabled_providers', 'wp_2fa_enabled_methods', 'googleauthenticator_enabled');
    $names = array_merge(array_keys($dated), $factors, array('session_tokens', '_application_passwords'));
    $sql = 'SELECT user_id, meta_key, meta_value FROM ' . sr_wp_table($signs->site, 'usermeta')
        . ' WHERE user_id IN (%s) AND meta_key IN (' . sr_marks($names) . ')';
    foreach ($signs->rows($sql, $names) as $row) {
        $id = (int) $row['user_id'];
        $key = strtolower($row['meta_key']);
        if (isset($dated[$key])) {
            $signs->add($id, sr_wp_moment($row['meta_value']), $dated[$key]);
        } elseif ($key === 'session_tokens') {
            $signs->add($id, sr_wp_latest($row['meta_value'], 'login'), 'login session');
        } elseif ($key === '_application_passwords') {
            $at = sr_wp_latest($row['meta_value'], 'last_used');
            if ($at !== null) {
                $signs->tokens[$id] = $at;
            }
        } else {
            $signs->meta[$id][$key] = $row['meta_value'];
        }
    }
}

/** The latest unix time of that name among serialized records. */
function sr_wp_latest($text, $name)
{
    $latest = null;
    $records = sr_unserialize($text);
    foreach (is_array($records) ? $records : array() as $record) {
        $at = is_array($record) && isset($record[$name]) ? $record[$name] : null;
        $at = is_scalar($at) ? sr_wp_moment($at) : null;
        $latest = $at !== null && ($latest === null || $at > $latest) ? $at : $latest;
    }
    return $latest;
}

/** Wordfence writes logins into a table of its own, named in capitals by older releases. */
function sr_wp_sign_wordfence(SrWpSigns $signs)
{
    foreach (array('wflogins', 'wfLogins') as $name) {
        $rows = $signs->rows('SELECT userID AS id, MAX(ctime) AS at FROM ' . sr_wp_table($signs->site, $name)
            . ' WHERE fail = 0 AND userID IN (%s) GROUP BY userID');
        foreach ($rows as $row) {
            $signs->add((int) $row['id'], sr_wp_moment($row['at']), 'login recorded by Wordfence');
        }
    }
}

/** WP Activity Log: 1000 is "user logged in". */
function sr_wp_sign_activity_log(SrWpSigns $signs)
{
    $table = sr_wp_table($signs->site, 'wsal_occurrences');
    $rows = $signs->rows("SELECT user_id AS id, MAX(created_on) AS at FROM $table"
        . ' WHERE alert_id = 1000 AND user_id IN (%s) GROUP BY user_id');
    foreach ($rows as $row) {
        $signs->add((int) $row['id'], sr_wp_moment($row['at']), 'login recorded by WP Activity Log');
    }
}

/** What people wrote last. Not every type counts: shops file orders of strangers under the first administrator. */
function sr_wp_sign_content(SrWpSigns $signs, array $held)
{
    $at = array();
    foreach ($signs->ids as $id) {
        foreach (isset($held[$id]) ? $held[$id][2] : array(1) as $number) {
            $at[$number][] = (int) $id;
        }
    }
    foreach ($at as $number => $ids) {
        foreach (array_chunk($ids, 100) as $some) {
            foreach (sr_wp_last_written($signs->db, sr_wp_table($signs->site, 'posts', $number), $some) as $row) {
                $signs->add((int) $row['id'], sr_wp_moment($row['at']), 'last written content');
            }
        }
    }
}

/** The latest of each author's texts. By the author's index from its end, as a MAX() would read them all. */
function sr_wp_last_written(SrDb $db, $table, array $ids)
{
    $parts = array();
    foreach ($ids as $id) {
        $parts[] = "(SELECT post_author AS id, post_date_gmt AS at FROM $table FORCE INDEX (post_author)"
            . " WHERE post_author = $id AND post_type IN ('post', 'page', 'revision') AND post_status <> 'auto-draft'"
            . ' AND post_date_gmt <= UTC_TIMESTAMP() ORDER BY ID DESC LIMIT 1)';
    }
    $sql = implode(' UNION ALL ', $parts);
    try {
        return sr_wp_optional($db, $sql);
    } catch (SrDbError $error) {
        if ($error->getCode() !== 1176) { // there is no such index here
            throw $error;
        }
        return $db->rows(str_replace(' FORCE INDEX (post_author)', '', $sql));
    }
}

/** Users with a second factor as number => true; null where nothing here can tell who has one. */
function sr_wp_second_factor(SrWpSigns $signs, array $blogs)
{
    $active = sr_wp_active($signs->db, $signs->site, $blogs);
    $plugins = (array) $active['plugins'];
    $meta = array('two-factor/two-factor.php' => '_two_factor_enabled_providers',
        'wp-2fa/wp-2fa.php' => 'wp_2fa_enabled_methods',
        'google-authenticator/google-authenticator.php' => 'googleauthenticator_enabled');
    $tables = array('wordfence/wordfence.php', 'wordfence-login-security/wordfence-login-security.php');
    $known = array_merge(array_keys($meta), $tables);
    if (!array_intersect($known, array_keys($plugins)) || sr_wp_other_factor($plugins, $known)) {
        return null;
    }
    $with = array();
    foreach (array_intersect_key($meta, $plugins) as $name) {
        foreach ($signs->meta as $id => $values) {
            $value = isset($values[$name]) ? $values[$name] : '';
            if ($value !== '' && $value !== 'a:0:{}' && $value !== 'disabled') {
                $with[$id] = true;
            }
        }
    }
    foreach (array_intersect_key(array_fill_keys($tables, true), $plugins) as $ignored) {
        $table = sr_wp_table($signs->site, 'wfls_2fa_secrets');
        foreach ($signs->rows("SELECT user_id FROM $table WHERE user_id IN (%s)") as $row) {
            $with[(int) $row['user_id']] = true;
        }
    }
    return $with;
}

/** Whether a plugin is on that may bring second factors in a way not known here. */
function sr_wp_other_factor(array $plugins, array $known)
{
    $words = '2fa|two-?factor|second-factor|authenticator|miniorange|duo-|saml|sso|oauth|openid|webauthn|passkey'
        . '|better-wp-security|solid-security|ithemes-security|defender-security|really-simple';
    return (bool) preg_grep("/$words/i", array_diff(array_keys($plugins), $known));
}
