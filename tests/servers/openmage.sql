SET NAMES utf8mb4;
SET time_zone = '+00:00';
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
CREATE TABLE `{px}admin_user` (
  `user_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `firstname` varchar(32) DEFAULT NULL,
  `lastname` varchar(32) DEFAULT NULL,
  `email` varchar(128) DEFAULT NULL,
  `username` varchar(40) DEFAULT NULL,
  `password` varchar(255) DEFAULT NULL,
  `created` timestamp NOT NULL DEFAULT '0000-00-00 00:00:00',
  `modified` timestamp NULL DEFAULT NULL,
  `logdate` timestamp NULL DEFAULT NULL,
  `lognum` smallint(5) unsigned NOT NULL DEFAULT 0,
  `reload_acl_flag` smallint(6) NOT NULL DEFAULT 0,
  `is_active` smallint(6) NOT NULL DEFAULT 1,
  `extra` text DEFAULT NULL,
  `rp_token` text DEFAULT NULL,
  `rp_token_created_at` timestamp NULL DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}admin_role` (
  `role_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `parent_id` int(10) unsigned NOT NULL DEFAULT 0,
  `tree_level` smallint(5) unsigned NOT NULL DEFAULT 0,
  `sort_order` smallint(5) unsigned NOT NULL DEFAULT 0,
  `role_type` varchar(1) NOT NULL DEFAULT '0',
  `user_id` int(10) unsigned NOT NULL DEFAULT 0,
  `role_name` varchar(50) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}admin_rule` (
  `rule_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `role_id` int(10) unsigned NOT NULL DEFAULT 0,
  `resource_id` varchar(255) DEFAULT NULL,
  `privileges` varchar(20) DEFAULT NULL,
  `assert_id` int(10) unsigned NOT NULL DEFAULT 0,
  `role_type` varchar(1) DEFAULT NULL,
  `permission` varchar(10) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}core_resource` (
  `code` varchar(50) NOT NULL PRIMARY KEY,
  `version` varchar(50) DEFAULT NULL,
  `data_version` varchar(50) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}core_config_data` (
  `config_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `scope` varchar(8) NOT NULL DEFAULT 'default',
  `scope_id` int(11) NOT NULL DEFAULT 0,
  `path` varchar(255) NOT NULL DEFAULT 'general',
  `value` text DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}api_user` (
  `user_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `firstname` varchar(32) DEFAULT NULL,
  `lastname` varchar(32) DEFAULT NULL,
  `email` varchar(128) DEFAULT NULL,
  `username` varchar(40) DEFAULT NULL,
  `api_key` varchar(255) DEFAULT NULL,
  `created` timestamp NOT NULL DEFAULT current_timestamp(),
  `modified` timestamp NULL DEFAULT NULL,
  `lognum` smallint(5) unsigned NOT NULL DEFAULT 0,
  `reload_acl_flag` smallint(6) NOT NULL DEFAULT 0,
  `is_active` smallint(6) NOT NULL DEFAULT 1
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}api_session` (
  `user_id` int(10) unsigned NOT NULL,
  `logdate` timestamp NOT NULL DEFAULT current_timestamp(),
  `sessid` varchar(40) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
